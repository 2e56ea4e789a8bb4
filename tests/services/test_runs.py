"""Asking for background work, and when a worker is woken for it."""

import pytest
from django.db import transaction

from annotation import tasks
from annotation.jobs.runs import Kind, Status, claim_run
from annotation.models import BackgroundRun, Study
from annotation.services.runs import run_enqueue
from selector_app.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return Study.objects.create(slug="letters", name="Letters")


@pytest.fixture
def woken(monkeypatch):
    """The ids of the runs whose refresh task was called."""
    ids = []
    monkeypatch.setattr(tasks, "run_job", lambda run_id: ids.append(run_id) or [])
    return ids


def test_a_worker_is_woken_once_the_transaction_is_committed(
    study, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = run_enqueue(kind=Kind.REFRESH_SELECTION, study=study)
        assert woken == []
    assert woken == [run.pk]


def test_many_requests_make_one_waiting_refresh_and_one_message(
    study, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        runs = {run_enqueue(kind=Kind.REFRESH_SELECTION, study=study).pk for _ in range(5)}
    assert len(runs) == 1
    assert woken == list(runs)


def test_a_verdict_during_a_refresh_is_followed_by_another(study):
    running = run_enqueue(kind=Kind.REFRESH_SELECTION, study=study)
    claim_run(running.pk)
    following = run_enqueue(kind=Kind.REFRESH_SELECTION, study=study)
    assert following.pk != running.pk
    assert following.status == Status.QUEUED


def test_the_person_and_the_parameters_are_kept(study, admin_user):
    run = run_enqueue(kind=Kind.EXPORT_STUDY, study=study, params={"format": "csv"}, user=admin_user)
    run.refresh_from_db()
    assert (run.created_by, run.params) == (admin_user, {"format": "csv"})


@pytest.mark.django_db(transaction=True)
def test_nothing_is_queued_when_the_callers_transaction_fails(study, woken):
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        run_enqueue(kind=Kind.REFRESH_SELECTION, study=study)
        raise RuntimeError
    assert not BackgroundRun.objects.exists()
    assert woken == []


def test_without_a_broker_a_message_goes_nowhere(study, woken, monkeypatch, settings):
    monkeypatch.setitem(app.conf, "task_always_eager", False)
    settings.CELERY_BROKER_URL = ""
    run = run_enqueue(kind=Kind.REFRESH_SELECTION, study=study)
    result = tasks.refresh_selection.delay(run.pk)
    assert result.state == "PENDING"
    assert woken == []
