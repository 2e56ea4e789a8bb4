"""Labelling over the API: take a query, label it, undo; and blind all the way."""

import json

import pytest

from annotation.jobs.refresh_selection import refresh_study
from annotation.models import Study, Verdict
from tests.api.test_judging import submit, take
from tests.factories import make_labelled_study


@pytest.fixture
def labelled(lead_user, annotator_user):
    return make_labelled_study(lead=lead_user, annotators=[annotator_user], is_gold_counted=False)


def test_a_query_comes_with_its_options_and_nothing_else(annotator, labelled):
    lease = take(annotator, labelled)
    query = labelled.queries.get(external_id=lease["query_id"])
    assert lease["kind"] == "labelled"
    assert lease["query_turns"] == query.turns
    assert lease["options"] == [{"label": name, "words": ""} for name in "ABC"]
    assert (lease["a_turns"], lease["b_turns"], lease["reference"]) == ([], [], "")
    assert query.turns[0] in lease["html"]
    names = labelled.candidates.values_list("name", flat=True)
    assert not [name for name in names if name in json.dumps(lease)]
    assert "gold" not in lease


def test_a_label_is_recorded_once_and_can_be_undone(annotator, labelled):
    lease = take(annotator, labelled)
    key = "7e4f2f6e-8a55-4a6e-b6f9-2c7d1f6f0a11"
    first = submit(annotator, lease, "B", idempotency_key=key)
    assert first.status_code == 201
    assert first.json()["verdict"]["choice"] == "B"
    assert submit(annotator, lease, "B", idempotency_key=key).status_code == 200
    assert Verdict.objects.count() == 1
    again = annotator.post(f"/api/v1/studies/{labelled.slug}/undo", {}, format="json").json()
    assert again["query_id"] == lease["query_id"]
    assert not Verdict.standing.exists()


def test_a_label_that_is_no_option_is_refused_by_name(annotator, labelled):
    answer = submit(annotator, take(annotator, labelled), "both_bad")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "choice: 'both_bad', must be one of A, B, C"


def test_leads_see_labels_and_accuracies(lead, annotator, labelled):
    for _ in range(3):
        lease = take(annotator, labelled)
        submit(annotator, lease, labelled.queries.get(external_id=lease["query_id"]).gold)
    refresh_study(Study.objects.get(pk=labelled.pk))
    address = f"/api/v1/studies/{labelled.slug}"
    rows = lead.get(f"{address}/verdicts").json()["results"]
    assert {row["candidate"] for row in rows} == {None}
    assert {row["outcome"] for row in rows} == {None}
    assert all(row["label"] in "ABC" for row in rows)
    entries = lead.get(f"{address}/posterior").json()["entries"]
    for entry in entries:
        assert entry["n_answered"] == 3
        assert entry["accuracy"] == pytest.approx(entry["n_right"] / 3)


def test_settings_of_labels_are_checked(lead, labelled):
    address = f"/api/v1/studies/{labelled.slug}"
    good = lead.patch(address, {"label_words": [["A", "red"], ["B", ""]]}, format="json")
    assert good.json()["settings"]["label_words"] == [["A", "red"], ["B", ""]]
    for bad, words in (
        ([["A", ""]], "leaves nothing to choose"),
        ([["A", ""], ["A", "x"]], "there twice"),
        ([["-", ""], ["A", ""]], "is no label"),
    ):
        answer = lead.patch(address, {"label_words": bad}, format="json")
        assert answer.status_code == 400
        assert words in answer.json()["error"]["message"]


def test_strategies_must_fit_the_kind(lead, labelled, study):
    address = f"/api/v1/studies/{labelled.slug}"
    answer = lead.patch(address, {"strategy": "item_response"}, format="json")
    assert answer.status_code == 400
    assert "model_selector" in answer.json()["error"]["message"]
    answer = lead.patch(f"/api/v1/studies/{study.slug}", {"strategy": "select_llm"}, format="json")
    assert answer.status_code == 400
