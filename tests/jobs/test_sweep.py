"""The sweep: whatever the messages and workers did, no run and no verdict is forgotten."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from annotation.jobs.runs import (
    MAX_ATTEMPTS,
    STALE_AFTER,
    Kind,
    Status,
    abandon_runs,
    claim_run,
    fail_run,
    finish_run,
    queue_run,
)
from annotation.jobs.sweep import DEAD_WORKER_MESSAGE, REFRESH_PAUSE, WAKE_AGAIN_AFTER, sweep_runs
from annotation.models import BackgroundRun, Candidate, Comparison, Query, SelectionState, Study, Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return Study.objects.create(slug="letters", name="Letters", status=Study.Status.OPEN)


@pytest.fixture
def verdict(study):
    comparison = Comparison.objects.create(
        study=study,
        query=Query.objects.create(study=study, external_id="q1"),
        candidate=Candidate.objects.create(study=study, name="c1"),
    )
    return Verdict.objects.create(
        study=study,
        comparison=comparison,
        annotator=get_user_model().objects.create_user("ann"),
        outcome=2,
        candidate_side="a",
        submitted_at=timezone.now(),
    )


def age(run, **fields):
    BackgroundRun.objects.filter(pk=run.pk).update(
        **{name: timezone.now() - by - timedelta(seconds=1) for name, by in fields.items()}
    )


def test_a_lost_message_is_sent_again_by_one_sweep_only(study):
    run, _ = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    assert sweep_runs() == []
    age(run, created_at=WAKE_AGAIN_AFTER)
    assert sweep_runs() == [run.pk]
    assert sweep_runs() == []
    age(run, heartbeat_at=WAKE_AGAIN_AFTER)
    assert sweep_runs() == [run.pk]
    assert claim_run(run.pk) is not None


def test_a_dead_workers_run_waits_again(study):
    run, _ = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    claim_run(run.pk)
    assert sweep_runs() == []
    age(run, heartbeat_at=STALE_AFTER)
    assert sweep_runs() == [run.pk]
    run.refresh_from_db()
    assert run.status == Status.QUEUED
    assert claim_run(run.pk).attempts == 2


def test_a_run_that_kills_its_workers_fails_for_good(study):
    run, _ = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    for _ in range(MAX_ATTEMPTS):
        claim_run(run.pk)
        abandon_runs([Kind.PREPARE_STUDY])
    assert sweep_runs() == []
    run.refresh_from_db()
    assert (run.status, run.message) == (Status.FAILED, DEAD_WORKER_MESSAGE)


def test_a_dead_run_whose_work_was_asked_for_again_ends(study):
    run, _ = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    claim_run(run.pk)
    follower, _ = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    abandon_runs([Kind.PREPARE_STUDY])
    assert sweep_runs() == []
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert claim_run(follower.pk) is not None


def test_a_verdict_without_a_refresh_gets_one(study, verdict):
    (run_id,) = sweep_runs()
    run = BackgroundRun.objects.get(pk=run_id)
    assert (run.kind, run.study) == (Kind.REFRESH_SELECTION, study)
    assert sweep_runs() == []


def test_a_verdict_that_was_seen_needs_no_refresh(study, verdict):
    SelectionState.objects.create(study=study, last_verdict_id=verdict.pk)
    assert sweep_runs() == []


def test_a_refresh_that_fails_is_not_repeated_without_pause(study, verdict):
    (run_id,) = sweep_runs()
    fail_run(claim_run(run_id), message="no baseline")
    assert sweep_runs() == []
    age(BackgroundRun(pk=run_id), finished_at=REFRESH_PAUSE)
    (again,) = sweep_runs()
    assert again != run_id


def test_finished_runs_are_left_alone(study):
    run, _ = queue_run(kind=Kind.EXPORT_STUDY, study=study)
    finish_run(claim_run(run.pk))
    age(run, created_at=WAKE_AGAIN_AFTER, heartbeat_at=STALE_AFTER)
    assert sweep_runs() == []
