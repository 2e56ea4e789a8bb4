"""Posterior, ranking and verdicts over the API agree with the tables."""

import pytest

from annotation.jobs.refresh_selection import refresh_study
from annotation.models import SelectionState, Verdict
from annotation.services.verdicts import verdict_undo
from tests.factories import judge


@pytest.fixture
def judged(study, annotator_user):
    judge(annotator_user, study, "a", "b", "tie", "both_bad")
    refresh_study(study)
    return study


def test_before_the_first_verdict_nothing_is_known(lead, study) -> None:
    body = lead.get(f"/api/v1/studies/{study.slug}/posterior").json()
    assert (body["version"], body["entries"], body["best"], body["is_current"]) == (0, [], None, True)


def test_posterior_agrees_with_the_stored_state(lead, judged) -> None:
    body = lead.get(f"/api/v1/studies/{judged.slug}/posterior").json()
    state = SelectionState.objects.get()
    assert (body["version"], body["n_verdicts"], body["method"]) == (state.version, 4, state.method)
    assert body["best"] == state.best.name == body["entries"][0]["candidate"]
    stored = {row["candidate"]: row for row in state.entries}
    names = dict(judged.candidates.values_list("name", "pk"))
    assert len(body["entries"]) == len(stored) == 4
    for entry in body["entries"]:
        row = stored[names[entry["candidate"]]]
        for name in ("p_best", "win_rate", "win_rate_low", "win_rate_high", "n_verdicts"):
            assert entry[name] == row[name]


def test_posterior_names_near_copies(lead, judged) -> None:
    assert lead.get(f"/api/v1/studies/{judged.slug}/posterior").json()["near_copies"] == []
    first, second = judged.candidates.order_by("name").values_list("pk", "name")[1:3]
    pair = {"first": second[0], "second": first[0], "share": 0.8}
    SelectionState.objects.update(near_copies=[pair])
    body = lead.get(f"/api/v1/studies/{judged.slug}/posterior").json()
    assert body["near_copies"] == [{"names": [first[1], second[1]], "share": 0.8}]


def test_posterior_says_when_it_is_behind(lead, judged, annotator_user) -> None:
    judge(annotator_user, judged, "a")
    body = lead.get(f"/api/v1/studies/{judged.slug}/posterior").json()
    assert (body["is_current"], body["n_verdicts"], body["n_verdicts_seen"]) == (False, 5, 4)


def test_ranking_says_what_comes_next_and_why(lead, judged) -> None:
    rows = lead.get(f"/api/v1/studies/{judged.slug}/ranking", {"limit": 3}).json()
    stored = SelectionState.objects.get().ranking[:3]
    queries = dict(judged.queries.values_list("pk", "external_id"))
    assert [row["query_id"] for row in rows] == [queries[row["query"]] for row in stored]
    assert [row["expected_entropy"] for row in rows] == [row["expected_entropy"] for row in stored]
    assert all(row["reason"] for row in rows)


def test_verdicts_with_all_that_was_known(lead, judged) -> None:
    rows = lead.get(f"/api/v1/studies/{judged.slug}/verdicts").json()["results"]
    first = Verdict.objects.order_by("pk").first()
    assert [row["outcome"] for row in rows[2:]] == ["draw", "draw"]
    assert rows[0]["outcome"] == ("win" if first.candidate_side == "a" else "loss")
    assert (rows[0]["candidate"], rows[0]["annotator"]) == (first.comparison.candidate.name, "annotator")
    assert rows[3]["is_both_bad"] is True


def test_undone_verdicts_are_listed_unless_standing_ones_are_asked_for(lead, judged, annotator_user) -> None:
    verdict_undo(user=annotator_user, slug=judged.slug)
    address = f"/api/v1/studies/{judged.slug}/verdicts"
    rows = lead.get(address).json()["results"]
    assert (len(rows), rows[4]["outcome"], rows[3]["superseded_by"]) == (5, None, rows[4]["id"])
    assert lead.get(address, {"standing": "true"}).json()["count"] == 3


@pytest.mark.parametrize("address", ["posterior", "ranking", "verdicts"])
def test_few_statements(lead, judged, django_assert_max_num_queries, address) -> None:
    with django_assert_max_num_queries(9):
        lead.get(f"/api/v1/studies/{judged.slug}/{address}")
