"""One overview feeds dashboard and report."""

import pytest

from annotation.jobs.refresh_selection import refresh_study
from annotation.lookups.figures import thinned, time_line
from annotation.lookups.overview import get_overview, status_words
from annotation.lookups.results import get_result
from annotation.models import PosteriorSnapshot, Study
from tests.factories import judge, make_study, make_user

pytestmark = pytest.mark.django_db


def test_agreement_appears_when_comparisons_are_judged_twice(lead_user):
    people = [make_user(), make_user()]
    study = make_study(n_queries=2, n_candidates=2, overlap=2, lead=lead_user, annotators=people)
    judge(people[0], study, "a")
    assert get_overview(study).alpha is None
    judge(people[1], study, "tie")
    overview = get_overview(study)
    assert overview.alpha.n_units == 1
    assert [(pair.n_shared, pair.n_same) for pair in overview.pairs] == [(1, 0)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "draft"}, "Being set up"),
        ({"status": "paused"}, "Paused"),
        (
            {"status": "open", "budget": 40},
            "probability 0.95, through the last tenth of the verdicts, or 40 verdicts are spent.",
        ),
        (
            {"status": "closed", "close_reason": "confident"},
            "Closed: a candidate had been within 0.01 of the best with probability 0.95 or more through the "
            "last tenth of the verdicts.",
        ),
        ({"status": "closed", "close_reason": "budget", "budget": 1}, "the budget of 1 verdict is spent"),
        ({"status": "closed", "close_reason": "exhausted"}, "every comparison is judged (7 verdicts)"),
        ({"status": "closed", "close_reason": "lead"}, "a lead closed it"),
    ],
)
def test_every_state_has_words(fields, words):
    assert words in status_words(Study(**fields), 7)


@pytest.mark.parametrize(
    ("claims", "fields", "words"),
    [
        ([0.2, 0.96, 0.97], {}, "That is so since verdict 2; if it holds, the study closes at 3."),
        ([0.2, 0.96, 0.4], {}, "of the verdicts."),
        ([0.2, 0.96, None], {}, "of the verdicts."),
        ([0.2, 0.96, 0.97], {"claims_from": 3}, "since verdict 3; if it holds, the study closes at 4."),
        ([0.2, 0.96, 0.97], {"budget": 2}, "That is so since verdict 2."),
        ([0.96, 0.96, 0.97], {}, "since verdict 1; if it holds, the study closes at 2."),
    ],
)
def test_an_open_study_says_when_it_closes(study, claims, fields, words):
    for n, p in enumerate(claims, 1):
        PosteriorSnapshot.objects.create(study=study, n_verdicts=n, entropy=1, p_near_best=p)
    for name, value in fields.items():
        setattr(study, name, value)
    assert get_overview(study).status_words.endswith(words)


def test_an_end_that_is_due_is_no_forecast(study, annotator_user):
    judge(annotator_user, study, "a", "b", "a")
    PosteriorSnapshot.objects.create(study=study, n_verdicts=1, entropy=1, p_near_best=0.99)
    assert get_overview(study).status_words.endswith("That is so since verdict 1.")


def test_the_number_of_verdicts_wanted(study):
    assert get_overview(study).n_wanted == 12
    study.budget = 5
    assert get_overview(study).n_wanted == 5


def test_sure_too_soon_counts_from_the_last_time_it_became_sure(study):
    for n, p in enumerate([0.2, 0.99, 0.5, 0.96, 0.97]):
        PosteriorSnapshot.objects.create(study=study, n_verdicts=n, entropy=1, p_near_best=p)
    assert get_overview(study).diagnoses == []
    study.close_reason = Study.CloseReason.CONFIDENT
    (diagnosis,) = get_overview(study).diagnoses
    assert diagnosis.code == "sure_too_soon"
    assert "after only 3 verdicts" in diagnosis.detail


def test_raw_win_rates_are_those_of_the_verdicts(study, annotator_user):
    judge(annotator_user, study, "a", "b", "tie", "a", "b", "a")
    refresh_study(study)
    for entry in get_result(study).entries:
        outcomes = list(
            study.verdicts.filter(comparison__candidate=entry.candidate).values_list("outcome", flat=True)
        )
        assert entry.n_verdicts == len(outcomes)
        if outcomes:
            assert entry.raw_win_rate == pytest.approx(sum(outcomes) / 2 / len(outcomes))


def test_a_leader_without_lead_is_named_with_reservation(study, annotator_user):
    judge(annotator_user, study, "tie")
    refresh_study(study)
    result = get_result(study)
    assert result.best.p_best < 0.5
    assert "leads after 1 verdict, but is best only with probability" in result.headline
    assert result.gap == pytest.approx(result.best.win_rate - result.second.win_rate)


def test_thinning_keeps_both_ends():
    assert thinned(list(range(5)), 9) == [0, 1, 2, 3, 4]
    assert thinned(list(range(101)), 5) == [0, 25, 50, 75, 100]


def test_the_time_line_has_a_column_per_leader(study, annotator_user):
    judge(annotator_user, study, "a")
    refresh_study(study)
    line = time_line(get_overview(study))
    assert len(line.names) == 4
    assert sum(line.points[-1].p_best) == pytest.approx(1)
