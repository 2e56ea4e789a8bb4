"""The ensemble builder: who sees it, what it says of the data, the form and its errors."""

import numpy as np
import pytest

from annotation.models import EnsembleRun
from tests.factories import add_member, make_labelled_study, make_study, make_user, record_outcomes
from tests.web.ensemble_pages import address, built, text_of

pytestmark = pytest.mark.django_db

KEPT = {"limit": "members", "objective": "mi", "rule": "auto", "estimator": "auto", "n_validations": "1"}


@pytest.fixture
def labelled(lead_user):
    """Sixty labelled queries, three candidates and a baseline."""
    return make_labelled_study(n_queries=60, n_candidates=3, lead=lead_user)


def typed(study, **changes):
    """Return the form as somebody sends it who changes nothing else."""
    keys = [candidate.pk for candidate in study.candidates.all()]
    return KEPT | {"size": "2", "seed": "3", "candidates": keys} | changes


def test_who_sees_the_pages(client, labelled, lead_user, annotator_user, outsider_user):
    row = built(lead_user, labelled)
    add_member(labelled, annotator_user)
    viewer = add_member(labelled, make_user("viewer"), "viewer")
    pages = [
        address(labelled),
        address(labelled, "study-ensemble", row.pk),
        address(labelled, "study-ensemble-file", row.pk),
        address(labelled, "study-ensemble-chart", row.pk, "gains"),
    ]
    compared = [
        address(labelled, "study-ensemble-compare"),
        address(labelled, "study-ensemble-compare-chart"),
    ]
    for path in pages + compared:
        client.logout()
        assert client.get(path).status_code == 302
        for user, status in ((annotator_user, 403), (viewer, 403), (outsider_user, 404)):
            client.force_login(user)
            assert client.get(path).status_code == status
    client.force_login(lead_user)
    assert [client.get(path).status_code for path in pages] == [200] * 4


def test_nobody_else_can_start_delete_or_report(client, labelled, lead_user, annotator_user, outsider_user):
    row = built(lead_user, labelled)
    add_member(labelled, annotator_user)
    posts = [
        address(labelled),
        address(labelled, "study-ensemble-delete", row.pk),
        address(labelled, "study-ensemble-report", row.pk),
    ]
    for user, status in ((annotator_user, 403), (outsider_user, 404)):
        client.force_login(user)
        assert [client.post(path, typed(labelled)).status_code for path in posts] == [status] * 3
    row.refresh_from_db()
    assert EnsembleRun.objects.count() == 1
    assert not row.is_in_report


def test_a_run_of_another_study_is_not_there(page, labelled, lead_user):
    row = built(lead_user, labelled)
    other = make_labelled_study(lead=lead_user)
    for name in ("study-ensemble", "study-ensemble-file"):
        assert page.get(address(other, name, row.pk)).status_code == 404
    for name in ("study-ensemble-delete", "study-ensemble-report"):
        assert page.post(address(other, name, row.pk)).status_code == 404
        assert page.get(address(labelled, name, row.pk)).status_code == 405


def test_the_tab_is_there_for_leads_alone(client, labelled, lead_user):
    viewer = add_member(labelled, make_user("viewer"), "viewer")
    for user, is_there in ((lead_user, True), (viewer, False)):
        client.force_login(user)
        answer = client.get(address(labelled, "study-report"))
        assert (address(labelled) in answer.content.decode()) is is_there


def test_without_candidates_the_page_says_what_is_missing(page, lead_user):
    study = make_study(n_candidates=1, lead=lead_user)
    text = text_of(page.get(address(study)))
    assert "needs candidates to choose from" in text
    assert "only one besides the baseline" in text
    assert "Build an ensemble" not in text


def test_too_few_judged_queries_are_counted_and_explained(page, lead_user, study):
    study = make_study(n_queries=12, lead=lead_user)
    record_outcomes(lead_user, study, np.array([[0, 2, -1]] * 5 + [[-1, -1, -1]] * 7))
    text = text_of(page.get(address(study)))
    assert "5 queries are judged for at least two candidates" in text
    assert "15 more" in text
    assert "The study has 12 queries in all" in text
    assert "never be enough" in text
    assert "Build the ensemble" not in text


def test_too_few_labels_are_counted(page, lead_user):
    study = make_labelled_study(n_queries=12, lead=lead_user)
    text = text_of(page.get(address(study)))
    assert "12 queries have a label" in text
    assert "8 more" in text
    assert "Build the ensemble" not in text


def test_some_labels_are_enough_to_look(page, labelled):
    text = text_of(page.get(address(labelled)))
    assert "Enough to look" in text
    assert "140 more" in text
    assert "Build the ensemble" in text


def test_the_form_starts_a_run_with_what_was_typed(page, labelled):
    dropped = labelled.candidates.first()
    keys = [row.pk for row in labelled.candidates.all() if row != dropped]
    form = typed(labelled, candidates=keys, objective="mrmr", rule="majority", stops_early="on")
    answer = page.post(address(labelled), form)
    row = EnsembleRun.objects.get()
    assert answer.url == address(labelled, "study-ensemble", row.pk)
    assert {name: row.settings[name] for name in ("size", "money", "objective", "rule", "seed")} == {
        "size": 2,
        "money": None,
        "objective": "mrmr",
        "rule": "majority",
        "seed": 3,
    }
    assert row.settings["stops_early"] is True
    assert dropped.name not in row.settings["candidates"]


def test_money_needs_prices_and_keeps_them_in_the_pool(page, labelled):
    rows = list(labelled.candidates.order_by("name"))
    form = typed(labelled, limit="money", money="0.5", size="")
    prices = {f"price_{row.pk}": "0.25" for row in rows}
    lacking = page.post(address(labelled), form | prices | {f"price_{rows[0].pk}": ""})
    assert lacking.status_code == 400
    assert f"Give {rows[0].name} a price, or leave it out." in text_of(lacking)
    assert not labelled.candidates.exclude(price=None).exists()
    assert page.post(address(labelled), form | prices).status_code == 302
    assert {float(row.price) for row in labelled.candidates.all()} == {0.25}
    assert EnsembleRun.objects.get().settings["money"] == 0.5


def test_a_refused_run_keeps_no_prices(page, labelled):
    form = typed(labelled, limit="money", money="0.1") | {
        f"price_{row.pk}": "0.25" for row in labelled.candidates.all()
    }
    answer = page.post(address(labelled), form)
    assert answer.status_code == 400
    assert "0.25" in answer.context["form"].errors["money"][0]
    assert not labelled.candidates.exclude(price=None).exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"size": "0"}, "size", "from 1 to 4"),
        ({"size": "5"}, "size", "“5” is not allowed"),
        ({"size": ""}, "size", "Nothing was typed"),
        ({"limit": "money", "money": ""}, "money", "Nothing was typed"),
        ({"limit": "money", "money": "-1"}, "money", "“-1” is not allowed"),
        ({"limit": ""}, "limit", "Choose what limits the ensemble"),
        ({"seed": "x"}, "seed", "“x” is not allowed"),
        ({"n_validations": "11"}, "n_validations", "from 0 to 10"),
        ({"objective": "best"}, "objective", "best"),
        ({"candidates": []}, "candidates", "at least two"),
        ({"candidates": [0, 1]}, "candidates", "at least two"),
    ],
)
def test_errors_stand_beside_their_field(page, labelled, changes, field, words):
    answer = page.post(address(labelled), typed(labelled, **changes))
    assert answer.status_code == 400
    assert words in answer.context["form"].errors[field][0]
    assert "Nothing was started." in text_of(answer)
    assert not EnsembleRun.objects.exists()


def test_a_variant_begins_with_the_settings_of_its_run(page, labelled, lead_user):
    names = ["candidate-0", "candidate-2"]
    row = built(lead_user, labelled, objective="mrmr", seed=77, candidates=names)
    answer = page.get(address(labelled), {"like": row.pk})
    form = answer.context["form"]
    assert (form["objective"].value(), form["seed"].value(), form["limit"].value()) == ("mrmr", 77, "members")
    assert [choice.candidate.name for choice in form.choices() if choice.is_chosen] == names
    for odd in ("x", "", "99999", "9" * 30):
        assert page.get(address(labelled), {"like": odd}).context["form"]["objective"].value() == "mi"
