"""The pool while a study runs: dropped, restored, priced, grouped."""

from decimal import Decimal

import pytest
from django.urls import reverse

from annotation.models import Verdict
from tests.factories import judge

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(study):
    return study.candidates.get(name="candidate-0")


def edit_address(study, candidate):
    return reverse("study-candidate", args=[study.slug, candidate.pk])


def toggle(page, study, candidate, action):
    address = reverse("study-activity", args=[study.slug, candidate.pk])
    answer = page.post(address, {"action": action}, follow=True)
    candidate.refresh_from_db()
    return answer.content.decode()


def test_the_table_counts_responses_and_verdicts(page, study, annotator_user, candidate):
    verdicts = judge(annotator_user, study, "a", "b", "tie")
    candidate.responses.first().delete()
    rows = page.get(reverse("study-pool", args=[study.slug])).context["rows"]
    by_name = {row.candidate.name: row for row in rows}
    assert by_name["candidate-0"].n_responses == 3
    assert by_name["candidate-0"].coverage == 0.75
    assert by_name["baseline"].is_baseline
    judged = [verdict.comparison.candidate.name for verdict in verdicts]
    assert {name: row.n_verdicts for name, row in by_name.items()} == {
        name: judged.count(name) for name in by_name
    }


def test_drop_and_restore_keep_the_verdicts(page, study, annotator_user, candidate):
    judge(annotator_user, study, "a", "b", "tie")
    version = study.data_version
    assert "its verdicts are kept" in toggle(page, study, candidate, "drop")
    assert not candidate.is_active
    study.refresh_from_db()
    assert study.data_version == version + 1
    assert study.background_runs.filter(kind="refresh_selection", status="queued").exists()
    assert "is asked about again" in toggle(page, study, candidate, "restore")
    assert candidate.is_active
    assert Verdict.standing.filter(study=study).count() == 3


def test_the_baseline_cannot_be_dropped(page, study):
    assert "is the baseline" in toggle(page, study, study.baseline, "drop")
    assert study.baseline.is_active


def test_price_and_family_change(page, study, candidate):
    form = {"price": "0.000125", "family": "small", "is_active": "on"}
    answer = page.post(edit_address(study, candidate), form, follow=True)
    candidate.refresh_from_db()
    assert (candidate.price, candidate.family, candidate.is_active) == (Decimal("0.000125"), "small", True)
    text = answer.content.decode()
    assert "0.000125" in text
    page.post(edit_address(study, candidate), {"price": "", "family": "", "is_active": "on"})
    candidate.refresh_from_db()
    assert candidate.price is None


@pytest.mark.parametrize("price", ["-1", "cheap", "1e9", "0.0000001", "NaN"])
def test_a_price_out_of_range_is_named_beside_the_field(page, study, candidate, price):
    answer = page.post(edit_address(study, candidate), {"price": price, "is_active": "on"})
    assert answer.status_code == 400
    [words] = answer.context["form"].errors["price"]
    assert f"“{price}” is not allowed" in words
    assert "from 0 to 999,999" in words
    candidate.refresh_from_db()
    assert candidate.price is None


def test_candidates_of_other_studies_do_not_exist_here(page, study, candidate, lead_user):
    from tests.factories import make_study

    other = make_study(lead=lead_user)
    assert page.get(edit_address(other, candidate)).status_code == 404
    assert "no such candidate" in toggle(page, other, candidate, "drop")
    assert candidate.is_active


def test_only_leads_change_the_pool(client, study, candidate, annotator_user, outsider_user):
    for user, status in ((annotator_user, 403), (outsider_user, 404)):
        client.force_login(user)
        assert client.get(edit_address(study, candidate)).status_code == status
        activity = reverse("study-activity", args=[study.slug, candidate.pk])
        assert client.post(activity, {"action": "drop"}).status_code == status
    candidate.refresh_from_db()
    assert candidate.is_active
