"""``manage.py import_study`` with folders of labels, and what goes out again."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from annotation.formats.predictions import read_prediction_table
from annotation.jobs.export_study import ExportFormat, export_lines
from annotation.jobs.refresh_selection import refresh_study
from annotation.lookups.arrays import label_outcomes
from annotation.lookups.labels import label_table
from annotation.models import Query, Response, Study
from annotation.simulation.loading import load_table
from tests.factories import make_labelled_study, make_user

pytestmark = pytest.mark.django_db

PREDICTIONS = """question_id,category,label,small,middle,large
q1,law,B,A,B,B
q2,law,A,A,A,A
q3,art,C,-,,C
"""


@pytest.fixture
def folder(tmp_path):
    """Three queries and three candidates, of which ``middle`` has the median accuracy; no texts."""
    (tmp_path / "predictions.csv").write_text(PREDICTIONS)
    make_user("olive")
    return tmp_path


def import_study(*args):
    out = io.StringIO()
    call_command("import_study", *map(str, args), stdout=out)
    return out.getvalue()


def test_a_folder_of_labels_becomes_a_labelled_study(folder):
    text = import_study(folder, "--study", "law", "--owner", "olive")
    study = Study.objects.get(slug="law")
    assert (study.kind, study.strategy, study.is_gold_counted) == ("labelled", "model_selector", True)
    assert "3 of 3 queries have a right label, 3 have no text" in text
    assert list(study.queries.values_list("external_id", "gold", "category", "turns")) == [
        ("q1", "B", "law", []),
        ("q2", "A", "law", []),
        ("q3", "C", "art", []),
    ]
    choices = {
        (response.query.external_id, response.candidate.name): response.label
        for response in Response.objects.select_related("query", "candidate")
    }
    assert choices["q3", "small"] == "-"
    assert ("q3", "middle") not in choices
    assert len(choices) == 8


def test_the_baseline_is_the_candidate_of_median_accuracy(folder):
    (folder / "predictions.csv").write_text("question_id,label,all,none,half\nq1,A,A,B,A\nq2,A,A,B,B\n")
    text = import_study(folder, "--study", "law", "--owner", "olive")
    assert Study.objects.get().baseline.name == "half"
    assert "baseline: half" in text


def test_without_right_labels_the_lead_chooses_the_baseline(folder):
    (folder / "predictions.csv").write_text("question_id,small,large\nq1,A,B\n")
    import_study(folder, "--study", "law", "--owner", "olive")
    study = Study.objects.get()
    assert (study.kind, study.baseline) == ("labelled", None)


def test_texts_and_options_come_from_the_questions(folder):
    row = {"question_id": "q1", "question": "Which?", "options": ["red", "green"], "label": "B"}
    (folder / "questions.jsonl").write_text(json.dumps(row) + "\n")
    import_study(folder, "--study", "law", "--owner", "olive")
    query = Query.objects.get(external_id="q1")
    assert (query.turns, query.options, query.gold) == (["Which?"], ["red", "green"], "B")
    assert query.reference == ""


def test_texts_may_follow_later_and_twice_changes_nothing(folder):
    import_study(folder, "--study", "law", "--owner", "olive")
    (folder / "questions.jsonl").write_text('{"question_id": "q2", "question": "Why?"}\n')
    text = import_study(folder, "--study", "law")
    assert "2 have no text" in text
    assert Query.objects.get(external_id="q2").turns == ["Why?"]
    before = list(Response.objects.values()), list(Query.objects.values())
    assert "Nothing changed" in import_study(folder, "--study", "law")
    assert (list(Response.objects.values()), list(Query.objects.values())) == before


def test_long_rows_with_labels_make_a_labelled_study(folder):
    rows = [
        {"query_id": "q1", "prompt": "Sky?", "model": model, "response": response, "label": "blue"}
        for model, response in (("m1", "blue"), ("m2", " red "), ("m3", "It is blue. " * 20), ("m4", ""))
    ]
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_study(path, "--study", "sky", "--owner", "olive", "--kind", "labelled")
    labels = dict(Response.objects.values_list("candidate__name", "label"))
    assert labels == {"m1": "blue", "m2": "red", "m3": "-", "m4": "-"}
    assert Query.objects.get().gold == "blue"


def test_the_kind_can_be_said_and_is_kept(folder):
    row = {"query_id": "q1", "prompt": "Sky?", "model": "m1", "response": "blue", "label": "blue"}
    path = folder / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    import_study(path, "--study", "sky", "--owner", "olive", "--kind", "pairwise")
    assert Study.objects.get().kind == "pairwise"
    assert Query.objects.get().reference == "blue"
    with pytest.raises(CommandError, match="compares texts in pairs"):
        import_study(folder / "predictions.csv", "--study", "sky")


def test_predictions_go_out_as_they_came_in(folder):
    import_study(folder, "--study", "law", "--owner", "olive", "--baseline", "small")
    study = Study.objects.get()
    rows = list(csv.DictReader("".join(export_lines(study, ExportFormat.PREDICTIONS_CSV)).splitlines()))
    assert [row["label"] for row in rows] == ["B", "A", "C"]
    assert [row["small"] for row in rows] == ["A", "A", "-"]
    assert [row["middle"] for row in rows] == ["B", "A", ""]
    (folder / "predictions.csv").write_text("".join(export_lines(study, ExportFormat.PREDICTIONS_CSV)))
    assert "Nothing changed" in import_study(folder, "--study", "law")


def test_the_outcomes_of_a_study_are_those_of_the_benchmark(folder):
    """Two independent readings of one file: the study's and the replay's."""
    rng_rows = [
        f"q{i},{'AB'[i % 2]},{'AB'[i % 3 % 2]},{'AB'[i % 5 % 2]},{'AB'[i // 2 % 2]}" for i in range(30)
    ]
    (folder / "predictions.csv").write_text("question_id,label,m1,m2,m3\n" + "\n".join(rng_rows) + "\n")
    import_study(folder, "--study", "law", "--owner", "olive")
    table = label_table(Study.objects.get())
    expected = load_table(folder)
    assert expected.baseline == table.candidates[-1]
    columns = [table.candidates.index(name) for name in expected.candidates]
    assert (label_outcomes(table)[:, columns] == expected.outcomes).all()


def test_a_real_folder_round_trip(shared_data, tmp_path):
    """The medical examination: in, ranked and answered, out, and in again."""
    folder = shared_data / "jmle2026-medical"
    make_user("olive")
    text = import_study(folder, "--study", "medical", "--owner", "olive", "--strict")
    assert "400 of 400 queries have a right label, 0 have no text" in text
    study = Study.objects.get(slug="medical")
    state = refresh_study(study)
    assert (state.n_verdicts, state.ranking) == (400, [])
    assert state.best.name == "anthropic_claude-opus-4.6"
    path = tmp_path / "predictions.csv"
    path.write_text("".join(export_lines(study, ExportFormat.PREDICTIONS_CSV)), encoding="utf-8")
    ours, theirs = read_prediction_table(tmp_path), read_prediction_table(folder)
    order = [ours.models.index(name) for name in theirs.models]
    assert ours.classes == theirs.classes
    assert (ours.labels == theirs.labels).all()
    assert (ours.predictions[:, order] == theirs.predictions).all()
    import_study(path, "--study", "again", "--owner", "olive")
    assert Study.objects.get(slug="again").baseline.name == study.baseline.name


def test_pairwise_studies_have_no_predictions(folder):
    study = make_labelled_study()
    study.kind = "pairwise"
    with pytest.raises(ValueError, match="labelled studies only"):
        list(export_lines(study, ExportFormat.PREDICTIONS_CSV))
