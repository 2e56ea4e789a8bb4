"""Problems of a study, each with what to do about it.

A diagnosis is only made where the numbers are enough to tell it from chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from annotation.lookups.agreement import Alpha
from annotation.lookups.label_diagnostics import label_findings
from annotation.lookups.people import PersonActivity, SideBias, VerdictRow, wilson_interval
from annotation.lookups.results import StudyResult
from annotation.models import Study
from annotation.rendering.numbers import percent, plural, probability, rate
from annotation.selection import STRATEGIES, Outcome, learns_from_judges

ENOUGH = 20  # verdicts
DOMINANT = 0.85  # share of wins or of losses that the interval must leave behind
FLAT = 0.6  # share of draws
IDENTICAL = 0.3  # share of responses equal to the baseline's
SURE, UNSURE = 0.99, 0.8
LOW_ALPHA = 0.4
LEANING = 0.15  # of one person, away from a half
NAMES = {Outcome.LOSS: "the baseline wins", Outcome.DRAW: "a draw", Outcome.WIN: "the candidate wins"}


@dataclass(frozen=True)
class Diagnosis:
    """A problem: ``code`` for programs, ``title`` and ``detail`` say what was seen, ``advice`` what to do."""

    code: str
    level: Literal["warning", "info"]
    title: str
    detail: str
    advice: str


@dataclass(frozen=True)
class Evidence:
    """What diagnoses are made from; ``n_identical`` of ``n_pairs`` responses equal the baseline's."""

    result: StudyResult
    verdicts: Sequence[VerdictRow]
    people: Sequence[PersonActivity]
    side: SideBias
    alpha: Alpha | None
    n_identical: int
    n_pairs: int
    # Since how many verdicts the claim has been at the target, as far as the time line tells.
    n_since_sure: int | None


def list_diagnoses(evidence: Evidence) -> list[Diagnosis]:
    """Return what is wrong with a study, in the order in which it should be looked at."""
    study = evidence.result.study
    if study.kind == Study.Kind.LABELLED:
        found = [
            Diagnosis(f.code, "warning" if f.is_warning else "info", f.title, f.detail, f.advice)
            for f in label_findings(study, list(evidence.verdicts))
        ]
        return [*_collapse(evidence), *found, *_disagreement(evidence)]
    of_data = (_dominance, _collapse, _weak_judges, _flat, _identical, _near_copies)
    checks = (*of_data, _side, _people, _disagreement)
    return [diagnosis for check in checks for diagnosis in check(evidence)]


def _shares(verdicts: Sequence[VerdictRow]) -> dict[int, int]:
    counts = Counter(verdict.outcome for verdict in verdicts)
    return {int(outcome): counts[int(outcome)] for outcome in Outcome}


def _dominance(evidence: Evidence) -> Iterator[Diagnosis]:
    n = len(evidence.verdicts)
    counts = _shares(evidence.verdicts)
    best = evidence.result.best
    for outcome, word in ((Outcome.LOSS, "beats"), (Outcome.WIN, "loses to")):
        if n < ENOUGH or wilson_interval(counts[outcome], n)[0] < DOMINANT - 0.1:
            continue
        if counts[outcome] / n < DOMINANT:
            continue
        other = (
            f"{best.candidate.name} is the one that does best against it"
            if outcome == Outcome.WIN and best and not best.is_baseline
            else "take one from the middle of the field"
        )
        yield Diagnosis(
            "baseline_dominance",
            "warning",
            f"The baseline {word} nearly every candidate",
            f"In {counts[outcome]} of {n} verdicts ({percent(counts[outcome] / n)}) {NAMES[outcome]}, "
            "so a verdict says little about which candidate is best.",
            f"Start a study with another baseline: {other}. Verdicts of this study stay with it.",
        )


def _collapse(evidence: Evidence) -> Iterator[Diagnosis]:
    result = evidence.result
    entries = [entry for entry in result.entries if entry.log_posterior is not None]
    # A label speaks about every candidate, a verdict about one.
    few = 10 if result.study.kind == Study.Kind.LABELLED else max(10, 2 * len(result.entries))
    noun = result.noun
    since, is_over = evidence.n_since_sure, result.study.close_reason == Study.CloseReason.CONFIDENT
    if is_over and since is not None and since < few:
        yield Diagnosis(
            "sure_too_soon",
            "warning",
            f"Sure after very few {noun}s",
            f"The target of {rate(result.study.target_p_best)} was reached after only "
            f"{plural(since, noun)} on "
            f"{plural(len(result.entries), 'entry', 'entries')}.",
            "Reopen the study and add some more before deciding, or raise the target in the settings.",
        )
    if not entries or result.n_verdicts_seen == 0:
        return
    leader = max(entries, key=lambda entry: entry.log_posterior or 0.0)
    p_leader = math.exp(leader.log_posterior or 0.0)
    if p_leader >= SURE and leader.p_best is not None and leader.p_best < UNSURE:
        yield Diagnosis(
            "posterior_collapse",
            "warning",
            f"The rule that chooses what is asked is surer than the {noun}s allow",
            f"It gives {leader.candidate.name} a probability of {probability(p_leader)}; the win rates only "
            f"support {probability(leader.p_best)}. It hardly tells any more what is worth asking.",
            "Raise the strategy's error rates in the settings, or switch to another strategy.",
        )


def _weak_judges(evidence: Evidence) -> Iterator[Diagnosis]:
    strategy = STRATEGIES.get(evidence.result.study.strategy)
    if strategy is None or not strategy.uses_weak_judges:
        return  # they decide nothing here, so there is nothing to do about them
    if learns_from_judges(strategy.name):
        return  # their weights are learnt: one that points the wrong way does no harm
    judges = [judge for judge in evidence.result.judges if judge.n_compared >= ENOUGH]
    counts = _shares(evidence.verdicts)
    if not judges or not evidence.verdicts:
        return
    guess, n_guess = max(counts.items(), key=lambda item: item[1])
    naive = n_guess / len(evidence.verdicts)
    if all((judge.high or 0.0) < naive for judge in judges):
        best = max(judges, key=lambda judge: judge.agreement or 0.0)
        yield Diagnosis(
            "weak_judges_useless",
            "warning",
            "The weak judges disagree with the verdicts",
            f"The best of them (k = {best.order}) agrees in {percent(best.agreement)} of the comparisons; "
            f"always saying “{NAMES[Outcome(guess)]}” would agree in {percent(naive)}.",
            "Choosing by weak judges saves nothing here: switch the strategy to one that works without them. "
            "The result itself rests on verdicts alone and stays valid.",
        )
        return
    misleading = [judge for judge in judges if (judge.high or 0.0) < naive]
    if misleading:
        orders = ", ".join(str(judge.order) for judge in misleading)
        yield Diagnosis(
            "weak_judges_mixed",
            "info",
            "Some weak judges disagree with the verdicts",
            f"k = {orders} agree{'s' if len(misleading) == 1 else ''} less often than always "
            f"saying “{NAMES[Outcome(guess)]}” ({percent(naive)}) would.",
            "They can be left out in the settings of the weak judges. The result stays valid either way.",
        )


def _flat(evidence: Evidence) -> Iterator[Diagnosis]:
    n, n_draws = len(evidence.verdicts), _shares(evidence.verdicts)[Outcome.DRAW]
    if n >= ENOUGH and wilson_interval(n_draws, n)[0] >= FLAT - 0.1 and n_draws / n >= FLAT:
        n_bad = sum(verdict.is_both_bad for verdict in evidence.verdicts)
        is_bad = n_bad > n_draws / 2
        yield Diagnosis(
            "mostly_draws",
            "warning",
            "Most verdicts are draws",
            f"{n_draws} of {n} verdicts ({percent(n_draws / n)}) are draws, {n_bad} of them “both bad”.",
            "The queries are too hard for all candidates: add easier ones."
            if is_bad
            else "The queries are too easy to tell candidates apart: add harder ones, or ask annotators to "
            "prefer a side when there is any difference.",
        )


def _identical(evidence: Evidence) -> Iterator[Diagnosis]:
    n, n_same = evidence.n_pairs, evidence.n_identical
    if n and n_same / n >= IDENTICAL:
        yield Diagnosis(
            "identical_responses",
            "warning",
            "Many responses equal the baseline's",
            f"{n_same:,} of {n:,} responses ({percent(n_same / n)}) are word for word the baseline's and "
            "count as draws without a verdict.",
            "Look whether the right files were imported; if so, longer or more open queries tell more.",
        )


def _near_copies(evidence: Evidence) -> Iterator[Diagnosis]:
    for group in evidence.result.near_copies:
        names = f"{', '.join(group.names[:-1])} and {group.names[-1]}"
        yield Diagnosis(
            "near_copies",
            "info",
            f"{names} look like near copies",
            "Judged on the same queries, they win and lose together more often than their strength and the "
            f"queries explain: on an estimated {percent(group.share)} of the queries their outcome is one "
            "and the same. Their verdicts on one query count together as little more than one.",
            "Nothing has to be done. If you need not know which of them is ahead, drop all but one in the "
            "pool: verdicts are better spent on candidates that differ.",
        )


def _side(evidence: Evidence) -> Iterator[Diagnosis]:
    side = evidence.side
    if side.n_decided >= ENOUGH and side.is_biased:
        word = "A" if (side.share or 0.0) > 0.5 else "B"
        yield Diagnosis(
            "side_bias",
            "warning",
            f"Side {word} wins too often",
            f"Side A was preferred in {side.n_a} of {side.n_decided} decided verdicts "
            f"({percent(side.share)}; 95 % interval {percent(side.low)} to {percent(side.high)}). Sides are "
            "random, so half is expected.",
            "Remind annotators to read both responses. Sides are balanced over candidates, so this adds "
            "noise but favours nobody.",
        )


def _people(evidence: Evidence) -> Iterator[Diagnosis]:
    active = [person for person in evidence.people if person.n_verdicts]
    for person in active if len(active) > 1 else []:
        bias = person.side_bias
        if bias.share is None or bias.n_decided < ENOUGH:
            continue
        if bias.is_biased and abs(bias.share - 0.5) > LEANING:
            yield Diagnosis(
                "person_side_bias",
                "info",
                f"{person.username} leans to one side",
                f"{person.username} preferred side A in {bias.n_a} of {bias.n_decided} decided verdicts "
                f"({percent(bias.share)}).",
                f"Talk to {person.username}, or have some of these comparisons judged again.",
            )


def _disagreement(evidence: Evidence) -> Iterator[Diagnosis]:
    alpha = evidence.alpha
    if alpha is None or alpha.value is None or alpha.n_units < ENOUGH or (alpha.high or 0.0) >= LOW_ALPHA:
        return
    is_labelled = evidence.result.study.kind == Study.Kind.LABELLED
    units = plural(alpha.n_units, "query,queries" if is_labelled else "comparison")
    yield Diagnosis(
        "low_agreement",
        "warning",
        "Annotators do not agree with each other",
        f"Krippendorff's alpha is {rate(alpha.value)} on {units}; 0 is chance, 1 is full agreement.",
        "Sharpen the guidelines with examples, and go through what is disputed together.",
    )
