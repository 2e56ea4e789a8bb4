"""Labelled studies in the pages of annotators and leads, without JavaScript."""

import csv
import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from annotation.jobs.refresh_selection import refresh_study
from annotation.jobs.runner import run_job
from annotation.models import BackgroundRun, Study, Verdict
from annotation.services.leases import lease_claim
from annotation.services.verdicts import verdict_submit
from tests.factories import make_labelled_study, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(lead_user, annotator_user):
    return make_labelled_study(
        n_queries=30, lead=lead_user, annotators=[annotator_user], is_gold_counted=False
    )


@pytest.fixture
def labelled(study, annotator_user):
    """Five labels, one of them other than the imported one."""
    for place in range(5):
        lease = lease_claim(user=annotator_user, slug=study.slug)
        gold = lease.comparison.query.gold
        label = gold if place else next(name for name in "ABC" if name != gold)
        verdict_submit(user=annotator_user, lease_id=lease.pk, choice=label)
    refresh_study(Study.objects.get(pk=study.pk))
    return study


def address(name, study, *args):
    return reverse(name, args=[study.slug, *args])


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def test_a_label_without_javascript_and_its_undo(client, study, annotator_user):
    client.force_login(annotator_user)
    first = client.get(address("study-judge", study))
    text = first.content.decode()
    assert 'name="choice" value="A"' in text
    assert not [name for name in study.candidates.values_list("name", flat=True) if name in text]
    form = {"lease": hidden(first, "lease"), "idempotency_key": hidden(first, "idempotency_key")}
    client.post(address("study-judge", study), form | {"choice": "B", "comment": "sure"})
    verdict = Verdict.objects.get()
    assert (verdict.label, verdict.comment) == ("B", "sure")
    again = client.post(address("study-judge", study), {"action": "undo"}, follow=True)
    assert "decide again" in again.content.decode()
    assert not Verdict.standing.exists()


def test_a_query_without_text_says_so(client, study, annotator_user):
    study.queries.update(turns=[])
    client.force_login(annotator_user)
    text = client.get(address("study-judge", study)).content.decode()
    assert "The text of this query was not imported" in text


@pytest.mark.parametrize("name", ["study-dashboard", "study-report", "study-verdicts", "study-ranking"])
def test_pages_speak_of_labels(client, labelled, lead_user, name):
    client.force_login(lead_user)
    response = client.get(address(name, labelled))
    assert response.status_code == 200
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    assert "abel" in text
    assert "eak judges" not in text
    assert "nan" not in text.lower().split()


def test_the_report_agrees_with_the_rows(client, labelled, lead_user):
    client.force_login(lead_user)
    report = client.get(address("study-report-file", labelled, "json")).json()
    given = dict(Verdict.standing.values_list("comparison__query__external_id", "label"))
    assert report["verdicts"]["n_given"] == len(given) == 5
    people = {person["username"]: person for person in report["verdicts"]["people"]}
    assert people["annotator"]["share_as_imported"] == pytest.approx(0.8)
    base = {q.external_id: q.responses.get(candidate=labelled.baseline).label for q in labelled.queries.all()}
    for entry in report["entries"]:
        candidate = labelled.candidates.get(name=entry["candidate"])
        own = dict(candidate.responses.values_list("query__external_id", "label"))
        right = {query: own[query] == label for query, label in given.items()}
        assert entry["n_right"] == sum(right.values())
        assert entry["accuracy"] == pytest.approx(sum(right.values()) / 5)
        if not entry["is_baseline"]:
            assert entry["n_wins"] == sum(right[q] and base[q] != given[q] for q in given)
            assert entry["n_losses"] == sum(not right[q] and base[q] == given[q] for q in given)
            assert entry["n_verdicts"] == 5


@pytest.mark.parametrize("form", ["html", "md"])
def test_other_forms_of_the_report_have_accuracies(client, labelled, lead_user, form):
    client.force_login(lead_user)
    text = client.get(address("study-report-file", labelled, form)).content.decode()
    assert "ccuracy" in text
    assert "chooses the right label" in text


def test_every_export_of_a_labelled_study(client, labelled, lead_user, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(lead_user)
    contents = {}
    for name in ("verdicts-jsonl", "verdicts-csv", "leaderboard-csv", "predictions-csv"):
        client.post(address("study-exports", labelled), {"format": name})
        run = labelled.background_runs.filter(kind="export_study").first()
        run_job(run.pk)
        with run.files.get().file.open() as stream:
            contents[name] = stream.read().decode()
    rows = [json.loads(line) for line in contents["verdicts-jsonl"].splitlines()]
    assert [(row["candidate"], row["outcome"]) for row in rows] == [("", "")] * 5
    given = {row["query_id"]: row["label"] for row in rows}
    assert given == dict(Verdict.standing.values_list("comparison__query__external_id", "label"))
    predictions = list(csv.DictReader(contents["predictions-csv"].splitlines()))
    assert {row["question_id"]: row["label"] for row in predictions if row["label"]} == given
    assert "accuracy" in contents["leaderboard-csv"].splitlines()[0]


def test_settings_offer_what_fits_labels(client, study, lead_user):
    client.force_login(lead_user)
    text = client.get(address("study-settings", study)).content.decode()
    assert 'value="model_selector"' in text
    assert 'value="select_llm"' in text
    assert 'value="item_response"' not in text
    assert "30 imported labels for 30 queries" in text
    assert "more-options" not in text


def test_imported_labels_can_be_made_to_count(client, study, lead_user):
    client.force_login(lead_user)
    form = client.get(address("study-settings", study)).context["form"]
    values = {field.name: field.value() for field in form}
    values = {name: value for name, value in values.items() if value not in (None, False)}
    assert values["is_gold_counted"] == "no"
    changes = {"is_gold_counted": "yes", "label_words": "A = red\n\nB\n C =  blue = sky"}
    client.post(address("study-settings", study), values | changes)
    study.refresh_from_db()
    assert study.is_gold_counted
    assert study.label_words == [["A", "red"], ["B", ""], ["C", "blue = sky"]]
    shown = client.get(address("study-settings", study)).context["form"]["label_words"].value()
    assert shown == "A = red\nB\nC = blue = sky"


def test_pairwise_settings_offer_no_labelled_strategy(client, lead_user):
    study = make_study(lead=lead_user)
    client.force_login(lead_user)
    text = client.get(address("study-settings", study)).content.decode()
    assert 'value="item_response"' in text
    assert 'value="model_selector"' not in text


def test_a_new_study_from_predictions(client, lead_user, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(lead_user)
    rows = "question_id,label,all,half,none\n" + "".join(f"q{i},A,A,{'AB'[i % 2]},B\n" for i in range(8))
    file = SimpleUploadedFile("predictions.csv", rows.encode())
    answer = client.post("/studies/new/", {"name": "Letters", "uploads": [file], "kind": "auto"})
    run = BackgroundRun.objects.get(kind="import_files")
    run_job(run.pk)
    study = Study.objects.get(name="Letters")
    assert (study.kind, study.strategy, study.baseline.name) == ("labelled", "model_selector", "half")
    text = client.get(answer["Location"]).content.decode()
    assert "queries with a right label" in text
    assert "queries without a text" in text


def test_predictions_do_not_fit_a_study_that_compares_texts(client, lead_user, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    study = make_study(lead=lead_user)
    client.force_login(lead_user)
    file = SimpleUploadedFile("predictions.csv", b"question_id,label,m\nq9,A,A\n")
    client.post(address("study-import", study), {"uploads": [file]})
    run = study.background_runs.get(kind="import_files")
    run_job(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "make a new study" in run.message
