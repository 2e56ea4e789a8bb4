"""The admin's page of a study's ensembles: linked, guarded, the same form, the same work."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from annotation.models import EnsembleRun
from annotation.web.forms.ensembles import EnsembleForm
from tests.ensemble_runs import save_run
from tests.factories import make_labelled_study, make_study, make_user

pytestmark = pytest.mark.django_db

WISH = {
    **{"limit": "members", "size": "2", "objective": "mi", "rule": "auto", "estimator": "auto"},
    **{"seed": "4", "n_validations": "0", "stops_early": "on"},
}


@pytest.fixture
def labelled():
    return make_labelled_study(n_queries=30, n_candidates=3)


def address(study) -> str:
    return reverse("admin:annotation_study_ensembles", args=[study.pk])


def wish(study, **changes) -> dict:
    return WISH | {"candidates": list(study.candidates.values_list("pk", flat=True))} | changes


def test_the_study_leads_to_it(admin_client, labelled) -> None:
    page = admin_client.get(reverse("admin:annotation_study_change", args=[labelled.pk]))
    assert f'href="{address(labelled)}"' in page.content.decode()


def test_it_shows_the_form_of_the_studys_own_page(admin_client, labelled) -> None:
    save_run(labelled)
    response = admin_client.get(address(labelled))
    assert response.status_code == 200
    assert type(response.context["form"]) is EnsembleForm
    text = response.content.decode()
    assert "30 queries have a label" in text
    for field in response.context["form"].fields:
        assert f'name="{field}"' in text
    assert "It pays." in text
    assert " style=" not in text


def test_a_wish_is_queued_logged_and_shown(admin_client, admin_user, labelled) -> None:
    response = admin_client.post(address(labelled), wish(labelled))
    row = EnsembleRun.objects.get()
    assert response["Location"] == reverse("admin:annotation_ensemblerun_change", args=[row.pk])
    assert (row.author, row.run.status, row.settings["seed"]) == (admin_user, "queued", 4)
    assert "Queued ensemble" in LogEntry.objects.get().change_message
    assert labelled.audit_events.get(action="ensemble_start").actor == admin_user
    assert admin_client.get(response["Location"]).status_code == 200


def test_prices_are_kept_with_the_wish(admin_client, labelled) -> None:
    prices = {f"price_{candidate.pk}": "0.5" for candidate in labelled.candidates.all()}
    admin_client.post(address(labelled), wish(labelled, limit="money", money="1", size="", **prices))
    row = EnsembleRun.objects.get()
    assert row.settings["money"] == 1.0
    assert set(row.settings["prices"].values()) == {0.5}
    assert {str(candidate.price) for candidate in labelled.candidates.all()} == {"0.500000"}


def test_what_cannot_be_is_said_and_nothing_is_started(admin_client, labelled) -> None:
    response = admin_client.post(address(labelled), wish(labelled, size="40"))
    assert response.status_code == 400
    assert "from 1 to 4" in response.content.decode()
    assert not EnsembleRun.objects.exists()


def test_too_little_data_shows_how_much_is_missing_and_no_form(admin_client) -> None:
    study = make_study()
    text = admin_client.get(address(study)).content.decode()
    assert "20 more such queries" in text
    assert 'name="objective"' not in text
    response = admin_client.post(address(study), wish(study))
    assert response.status_code == 400
    assert not EnsembleRun.objects.exists()


def test_only_who_may_change_studies_gets_in(client, labelled) -> None:
    client.force_login(make_user("plain"))
    assert "login" in client.get(address(labelled))["Location"]
    staff = make_user("staff", is_staff=True)
    client.force_login(staff)
    assert client.get(address(labelled)).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="change_study"))
    assert client.get(address(labelled)).status_code == 200


def test_a_study_that_does_not_exist(admin_client) -> None:
    assert admin_client.get(reverse("admin:annotation_study_ensembles", args=[999_999])).status_code == 404


def test_the_page_of_a_run_says_what_was_found(admin_client, labelled) -> None:
    row = save_run(labelled)
    text = admin_client.get(reverse("admin:annotation_ensemblerun_change", args=[row.pk])).content.decode()
    assert "It pays." in text
    assert "candidate-0" in text
