import pytest

from annotation.jobs.refresh_selection import refresh_study
from annotation.lookups.results import get_result, list_ranking, list_snapshots
from annotation.services.verdicts import verdict_undo
from tests.factories import judge

pytestmark = pytest.mark.django_db


def test_before_the_first_refresh_nothing_is_claimed(study):
    result = get_result(study)
    assert (result.entries, result.best, result.entropy) == ([], None, None)
    assert list_ranking(study) == []


def test_verdicts_before_the_first_numbers_are_not_said_to_be_included(study, annotator_user):
    judge(annotator_user, study, "a")
    assert get_result(study).coverage == "1 verdict so far; the numbers are still to come."


def test_the_result_says_how_many_verdicts_it_includes(study, annotator_user):
    judge(annotator_user, study, "a")
    refresh_study(study)
    judge(annotator_user, study, "b")
    result = get_result(study)
    assert (result.n_verdicts, result.n_verdicts_seen, result.is_current) == (2, 1, False)
    refresh_study(study)
    assert get_result(study).is_current
    assert [snapshot.n_verdicts for snapshot in list_snapshots(study)] == [1, 2]


def test_entries_are_all_candidates_and_the_baseline_best_first(study, annotator_user):
    judge(annotator_user, study, "a", "b", "a")
    refresh_study(study)
    result = get_result(study)
    assert {entry.candidate.name for entry in result.entries} == {
        "baseline",
        "candidate-0",
        "candidate-1",
        "candidate-2",
    }
    assert result.entries[0] == result.best
    assert sum(entry.n_verdicts for entry in result.entries) == 3
    assert sum(entry.p_best for entry in result.entries) == pytest.approx(1)


def test_the_ranking_names_queries_candidates_and_reasons(study, django_assert_num_queries):
    refresh_study(study)
    with django_assert_num_queries(3):
        ranking = list_ranking(study, limit=5)
    assert len(ranking) == 5
    assert all(row.reason and row.candidate.name.startswith("candidate") for row in ranking)


def test_an_undo_that_is_not_in_the_numbers_yet_is_told(study, annotator_user):
    judge(annotator_user, study, "a", "b")
    refresh_study(study)
    assert get_result(study).coverage == "The numbers include all 2 verdicts."
    verdict_undo(user=annotator_user, slug=study.slug)
    assert get_result(study).coverage == "The numbers still include 1 verdict taken back since."
    judge(annotator_user, study, "tie")
    result = get_result(study)
    assert (result.n_verdicts, result.n_verdicts_seen, result.is_current) == (2, 2, False)
    assert result.coverage == "The numbers do not include the latest changes yet."
    judge(annotator_user, study, "tie")
    assert get_result(study).coverage == "The numbers include 2 of 3 verdicts."
