"""The life of a background run: one worker at a time, no work lost, none done for ever."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotation.exceptions import ConflictError
from annotation.jobs.runs import (
    MAX_ATTEMPTS,
    STALE_AFTER,
    Kind,
    Status,
    abandon_runs,
    beat_run,
    claim_run,
    fail_run,
    finish_run,
    list_claimable,
    list_waiting,
    queue_run,
    release_run,
    report_progress,
)
from annotation.models import BackgroundRun, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return Study.objects.create(slug="letters", name="Letters")


@pytest.fixture
def run(study):
    return queue_run(kind=Kind.PREPARE_STUDY, study=study)[0]


def silence(run):
    """Let the run's worker have died long ago."""
    BackgroundRun.objects.filter(pk=run.pk).update(
        heartbeat_at=timezone.now() - STALE_AFTER - timedelta(seconds=1)
    )


def test_a_run_is_claimed_once(run):
    claimed = claim_run(run.pk)
    assert claimed is not None
    assert (claimed.status, claimed.attempts) == (Status.RUNNING, 1)
    assert claimed.started_at is not None
    assert claim_run(run.pk) is None


def test_a_run_that_ended_or_never_was_is_not_claimed(run):
    claimed = claim_run(run.pk)
    assert finish_run(claimed)
    assert claim_run(run.pk) is None
    assert claim_run(run.pk + 1000) is None


def test_a_dead_workers_run_is_claimed_again_and_the_dead_one_changes_nothing(run):
    first = claim_run(run.pk)
    silence(run)
    second = claim_run(run.pk)
    assert second is not None
    assert second.attempts == 2
    assert not finish_run(first)
    assert not fail_run(first, message="late")
    assert not beat_run(first)
    with pytest.raises(ConflictError, match="taken over"):
        report_progress(first, 0.5)
    assert finish_run(second, result={"n": 1}, message="Done.")
    run.refresh_from_db()
    assert (run.status, run.result, run.message, run.progress) == (Status.DONE, {"n": 1}, "Done.", 1.0)


def test_a_run_is_not_claimed_more_often_than_allowed(run):
    for _ in range(MAX_ATTEMPTS):
        assert claim_run(run.pk) is not None
        silence(run)
    assert claim_run(run.pk) is None
    assert list_claimable([Kind.PREPARE_STUDY]) == []


def test_one_run_of_a_kind_works_on_a_study_at_a_time(study, run):
    first = claim_run(run.pk)
    follower, is_new = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    assert is_new
    assert claim_run(follower.pk) is None
    assert list_waiting(first) == [follower.pk]
    finish_run(first)
    assert claim_run(follower.pk) is not None


def test_a_dead_run_does_not_hold_up_its_follower(study, run):
    claim_run(run.pk)
    follower, _ = queue_run(kind=Kind.PREPARE_STUDY, study=study)
    silence(run)
    assert claim_run(follower.pk) is not None


def test_another_study_and_another_kind_do_not_wait(study, run):
    claim_run(run.pk)
    other = Study.objects.create(slug="other", name="Other")
    assert claim_run(queue_run(kind=Kind.PREPARE_STUDY, study=other)[0].pk) is not None
    assert claim_run(queue_run(kind=Kind.REFRESH_SELECTION, study=study)[0].pk) is not None


def test_a_waiting_run_is_shared_and_the_latest_parameters_win(study, run):
    again, is_new = queue_run(kind=Kind.PREPARE_STUDY, study=study, params={"orders": 5})
    assert (again.pk, is_new) == (run.pk, False)
    run.refresh_from_db()
    assert run.params == {"orders": 5}


def test_imports_are_never_merged(study):
    first, _ = queue_run(kind=Kind.IMPORT_FILES, study=study, params={"file": 1})
    second, is_new = queue_run(kind=Kind.IMPORT_FILES, study=study, params={"file": 2})
    assert is_new
    assert first.pk != second.pk


def test_progress_is_stored_but_not_with_every_call(run, django_assert_num_queries):
    claimed = claim_run(run.pk)
    with django_assert_num_queries(2):
        report_progress(claimed, 0.25, "Counting.")
        for step in range(100):
            report_progress(claimed, 0.25 + step / 1000)
        report_progress(claimed, 1.0, "Counted.")
    run.refresh_from_db()
    assert (run.progress, run.message) == (1.0, "Counted.")


def test_an_orderly_stop_costs_no_attempt(run):
    for _ in range(MAX_ATTEMPTS + 2):
        claimed = claim_run(run.pk)
        assert claimed is not None
        assert claimed.attempts == 1
        assert release_run(claimed)


def test_the_only_worker_of_a_lane_takes_over_at_once(run):
    claim_run(run.pk)
    assert list_claimable([Kind.PREPARE_STUDY]) == []
    abandon_runs([Kind.REFRESH_SELECTION])
    assert list_claimable([Kind.PREPARE_STUDY]) == []
    abandon_runs([Kind.PREPARE_STUDY])
    assert list_claimable([Kind.PREPARE_STUDY]) == [run.pk]


def test_the_oldest_run_comes_first(study):
    runs = [queue_run(kind=Kind.IMPORT_FILES, study=study)[0].pk for _ in range(3)]
    assert list_claimable([Kind.IMPORT_FILES]) == runs
