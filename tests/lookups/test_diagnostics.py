"""Each diagnosis is made where its problem is, and nowhere else."""

import math
from datetime import UTC, datetime

import pytest

from annotation.lookups.agreement import Alpha
from annotation.lookups.diagnostics import Evidence, list_diagnoses
from annotation.lookups.near_copies import NearCopies
from annotation.lookups.people import PersonActivity, VerdictRow, side_bias
from annotation.lookups.results import EntryResult, JudgeQuality, StudyResult
from annotation.models import Candidate, Study
from annotation.rendering.numbers import percent

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOSS, DRAW, WIN = 0, 1, 2


def verdict(outcome, side="a", annotator="ann", is_both_bad=False):
    return VerdictRow(0, 0, 0, annotator, outcome, side, is_both_bad, None, NOW)


def entry(name, p_best, log_posterior, is_best=False):
    nothing = dict.fromkeys(("p_near_best", "win_rate", "win_rate_low", "win_rate_high"))
    return EntryResult(
        candidate=Candidate(name=name),
        is_baseline=False,
        is_best=is_best,
        n_wins=0,
        n_draws=0,
        n_losses=0,
        p_best=p_best,
        log_posterior=log_posterior,
        **nothing,
    )


def evidence(verdicts=(), *, judges=(), entries=None, people=(), near_copies=(), reason="", **fields):
    entries = entries or [entry("x", 0.6, math.log(0.6), True), entry("y", 0.4, math.log(0.4))]
    result = StudyResult(
        study=Study(name="s", target_p_best=0.95, strategy="llm_selector", close_reason=reason),
        entries=entries,
        best=entries[0],
        n_verdicts=len(verdicts),
        n_verdicts_seen=len(verdicts),
        is_current=True,
        version=1,
        entropy=0.5,
        method="",
        has_weak_judges=bool(judges),
        computed_at=NOW,
        judges=list(judges),
        near_copies=list(near_copies),
    )
    values = {"alpha": None, "n_identical": 0, "n_pairs": 100, "n_since_sure": None, **fields}
    verdicts = list(verdicts)
    return Evidence(result=result, verdicts=verdicts, people=people, side=side_bias(verdicts), **values)


def codes(*args, **fields):
    return [diagnosis.code for diagnosis in list_diagnoses(evidence(*args, **fields))]


# Ten of each outcome, sides balanced: nothing to complain about.
HEALTHY = [verdict(outcome, side) for outcome in (LOSS, DRAW, WIN) for side in ("a", "b") for _ in range(5)]


def test_nothing_is_wrong_with_a_healthy_or_an_empty_study():
    assert codes(HEALTHY) == []
    assert codes() == []


def balanced(outcome, n):
    return [verdict(outcome, "ab"[i % 2]) for i in range(n)]


@pytest.mark.parametrize(("outcome", "words"), [(LOSS, "beats nearly every"), (WIN, "loses to nearly every")])
def test_baseline_dominance(outcome, words):
    (diagnosis,) = list_diagnoses(evidence(balanced(outcome, 36) + balanced(DRAW, 4)))
    assert diagnosis.code == "baseline_dominance"
    assert words in diagnosis.title
    assert "36 of 40" in diagnosis.detail
    assert "another baseline" in diagnosis.advice


def test_a_few_losses_are_no_dominance():
    assert codes(balanced(LOSS, 10)) == []


def test_sure_after_very_few_verdicts():
    assert codes(HEALTHY, n_since_sure=4, reason="confident") == ["sure_too_soon"]
    assert codes(HEALTHY, n_since_sure=29, reason="confident") == []
    assert codes(HEALTHY, n_since_sure=4) == []  # it is not over yet


def test_the_rule_is_surer_than_the_verdicts():
    entries = [entry("x", 0.5, math.log(0.995), True), entry("y", 0.5, math.log(0.005))]
    assert codes(HEALTHY, entries=entries) == ["posterior_collapse"]
    sure = [entry("x", 0.97, math.log(0.995), True), entry("y", 0.03, math.log(0.005))]
    assert codes(HEALTHY, entries=sure) == []


def judge(order, agreement, half):
    return JudgeQuality(order, 100, round(100 * agreement), agreement, agreement - half, agreement + half)


def test_weak_judges_that_no_guess_would_envy():
    # The most frequent outcome has a share of a third.
    (diagnosis,) = list_diagnoses(evidence(HEALTHY, judges=[judge(1, 0.15, 0.05), judge(2, 0.2, 0.05)]))
    assert diagnosis.code == "weak_judges_useless"
    assert "k = 2" in diagnosis.detail
    assert "20 %" in diagnosis.detail
    assert "33 %" in diagnosis.detail


@pytest.mark.parametrize(
    ("strategy", "useless", "mixed"),
    [
        ("llm_selector", ["weak_judges_useless"], ["weak_judges_mixed"]),
        ("random", [], []),
        # It learns their weights, so one that points the wrong way does no harm.
        ("item_response", [], []),
    ],
)
def test_weak_judges_are_only_a_problem_of_strategies_that_take_their_word(strategy, useless, mixed):
    wrong, right = judge(1, 0.15, 0.05), judge(5, 0.7, 0.05)
    for judges, expected in (([wrong], useless), ([wrong, right], mixed)):
        found = evidence(HEALTHY, judges=judges)
        found.result.study.strategy = strategy
        assert [diagnosis.code for diagnosis in list_diagnoses(found)] == expected


def test_some_weak_judges_point_the_wrong_way():
    (diagnosis,) = list_diagnoses(evidence(HEALTHY, judges=[judge(1, 0.15, 0.05), judge(5, 0.7, 0.05)]))
    assert (diagnosis.code, diagnosis.level) == ("weak_judges_mixed", "info")
    assert "k = 1 " in diagnosis.detail
    assert codes(HEALTHY, judges=[judge(5, 0.7, 0.05)]) == []


@pytest.mark.parametrize(("n_bad", "advice"), [(0, "too easy"), (30, "too hard")])
def test_mostly_draws(n_bad, advice):
    draws = [verdict(DRAW, is_both_bad=i < n_bad) for i in range(32)]
    (diagnosis,) = list_diagnoses(evidence(draws + balanced(WIN, 4) + balanced(LOSS, 4)))
    assert diagnosis.code == "mostly_draws"
    assert advice in diagnosis.advice


def test_near_copies():
    groups = [NearCopies(("ant", "bee", "cat"), 0.87), NearCopies(("dog", "eel"), 0.6)]
    first, second = list_diagnoses(evidence(HEALTHY, near_copies=groups))
    assert (first.code, first.level, first.title) == (
        "near_copies",
        "info",
        "ant, bee and cat look like near copies",
    )
    assert f"an estimated {percent(0.87)} of the queries" in first.detail
    assert second.title == "dog and eel look like near copies"


def test_identical_responses():
    assert codes(HEALTHY, n_identical=40, n_pairs=100) == ["identical_responses"]
    assert codes(HEALTHY, n_identical=3, n_pairs=100) == []


def test_side_bias():
    # All candidates stand left; winning on the left is preferring side A.
    lopsided = [verdict(WIN, "a")] * 20 + [verdict(LOSS, "b")] * 5 + [verdict(LOSS, "a")] * 3
    (diagnosis,) = list_diagnoses(evidence(lopsided))
    assert diagnosis.title == "Side A wins too often"
    assert "25 of 28" in diagnosis.detail


def test_one_person_among_several_leans_to_a_side():
    lopsided = [verdict(LOSS, "a", "bob")] * 20
    people = [
        PersonActivity("ann", "", 30, 10, None, side_bias(HEALTHY), None),
        PersonActivity("bob", "", 20, 0, None, side_bias(lopsided), None),
    ]
    assert codes(HEALTHY, people=people) == ["person_side_bias"]


def test_low_agreement_needs_enough_comparisons():
    assert codes(HEALTHY, alpha=Alpha(0.1, 0.0, 0.2, 30)) == ["low_agreement"]
    assert codes(HEALTHY, alpha=Alpha(0.1, 0.0, 0.2, 5)) == []
    assert codes(HEALTHY, alpha=Alpha(0.6, 0.5, 0.7, 30)) == []
