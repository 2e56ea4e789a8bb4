"""The background run of an import."""

import json

import pytest
from django.core.files.base import ContentFile

from annotation.jobs.import_files import import_files
from annotation.jobs.runner import run_job
from annotation.jobs.runs import Kind, Status, claim_run, queue_run
from annotation.models import Query, Response, Study, StudyFile

pytestmark = pytest.mark.django_db

ROWS = "query_id,prompt,model,response\nq1,p,m1,a\nq1,p,base,b\nq1,p,m2\n"


@pytest.fixture
def study(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Study.objects.create(slug="letters", name="Letters")


@pytest.fixture
def start(study):
    """Return a function that queues an import of files given by name and content."""

    def queue(files, **params):
        run, _ = queue_run(kind=Kind.IMPORT_FILES, study=study, params=params)
        for name, content in files.items():
            row = StudyFile(study=study, run=run, kind=StudyFile.Kind.UPLOAD, name=name)
            row.file.save("stored", ContentFile(content.encode()))
        return run

    return queue


def test_the_report_is_the_result(start):
    run = start({"rows.csv": ROWS})
    run_job(run.pk)
    run.refresh_from_db()
    assert (run.status, run.progress) == (Status.DONE, 1.0)
    assert (run.result["responses_new"], run.result["bad_rows"]) == (2, 1)
    assert run.result["problems"] == [
        {
            "file": "rows.csv",
            "line": 4,
            "reason": "the row has 3 cells, the header has 4",
            "value": "'q1,p,m2'",
        }
    ]


def test_doing_it_twice_changes_nothing(start):
    run = start({"rows.csv": ROWS})
    claim_run(run.pk)
    import_files(run.pk)
    report = import_files(run.pk)
    assert (report["responses_unchanged"], report["has_changes"]) == (2, False)
    assert Response.objects.count() == 2


def test_a_refused_import_says_why_and_keeps_its_report(start):
    run = start({"rows.csv": ROWS}, is_strict=True)
    run_job(run.pk)
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "1 rows are refused; nothing was imported" in run.message
    assert run.result["bad_rows"] == 1
    assert not Query.objects.exists()


def test_a_broken_file_is_named_as_the_person_knows_it(start):
    run = start({"my table.csv": "query_id,model,answer,response\n"})
    run_job(run.pk)
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert run.message.startswith("my table.csv:1: unknown column 'answer'; allowed are query_id")


def test_weak_judges_are_asked_once_there_is_a_baseline(start, study):
    first = start({"rows.csv": ROWS})
    assert run_job(first.pk) == []
    second = start({"rows.csv": ROWS}, baseline="base")
    assert run_job(second.pk) == []
    third = start({"more.csv": "query_id,model,response\nq1,m2,c\n"})
    waiting = run_job(third.pk)
    assert list(study.background_runs.filter(kind=Kind.PREPARE_STUDY).values_list("pk", flat=True)) == waiting
    assert len(waiting) == 1


def test_a_worker_that_goes_on_for_a_lost_one_adds_the_queries_that_are_left(start, study):
    outputs = [{"instruction": f"Do {n}.", "output": "x", "generator": "m"} for n in range(4)]
    run = start({"outputs.json": json.dumps(outputs)})
    run.params["is_adding_queries"] = True
    run.save()
    Query.objects.create(study=study, external_id="ae-x", turns=["Do 2."])
    claim_run(run.pk)
    report = import_files(run.pk)
    assert (report["queries_new"], report["responses_new"], report["unknown_query"]) == (3, 4, 0)


def test_the_first_import_notes_that_it_makes_the_queries(start, study):
    run = start({"rows.csv": ROWS})
    run_job(run.pk)
    run.refresh_from_db()
    assert run.params == {"is_adding_queries": True}
    later = start({"rows.csv": ROWS})
    run_job(later.pk)
    later.refresh_from_db()
    assert later.params == {}


def test_a_run_without_files_fails_in_words(start):
    run = start({})
    run_job(run.pk)
    run.refresh_from_db()
    assert (run.status, run.message) == (Status.FAILED, f"Run {run.pk} has no files to import.")
