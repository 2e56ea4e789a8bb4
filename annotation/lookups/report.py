"""The report of a study as plain values: what its JSON form holds and its other forms are written from."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from annotation.exceptions import InvalidValueError
from annotation.lookups.ensemble_view import EnsembleView
from annotation.lookups.overview import Overview
from annotation.lookups.provenance import code_version, data_hash, verdicts_hash
from annotation.lookups.results import EntryResult
from annotation.lookups.tensors import has_lengths
from annotation.models import Study
from annotation.rendering.numbers import plural, rate
from annotation.selection import STRATEGIES, learns_from_judges
from annotation.selection.covariates import LEAST_CANDIDATES

REPORT_VERSION = 1


def get_report(overview: Overview, ensemble: EnsembleView | None) -> dict[str, Any]:
    """Return the report; counts are those of the standing verdicts in the database now."""
    study, result = overview.study, overview.result
    return {
        "report_version": REPORT_VERSION,
        "generated_at": timezone.now().isoformat(timespec="seconds"),
        "study": {"slug": study.slug, "name": study.name, "kind": study.kind, "status": study.status},
        "question": _question(overview),
        "answer": {
            "headline": result.headline,
            "best": result.best.candidate.name if result.best and result.n_verdicts_seen else None,
            "p_best": result.best.p_best if result.best and result.n_verdicts_seen else None,
            "p_near_best": result.best.p_near_best if result.best and result.n_verdicts_seen else None,
            "second": result.second.candidate.name if result.second else None,
            "gap": result.gap,
            "status": overview.status_words,
            "close_reason": study.close_reason,
        },
        "pool": {
            "n_queries": overview.n_queries,
            "n_candidates": _n_rivals(overview),
            "baseline": study.baseline.name if study.baseline else None,
            "n_comparisons": overview.n_comparisons,
            "n_identical_to_baseline": overview.n_identical,
        },
        "method": _method(overview),
        "verdicts": _verdicts(overview),
        "entries": [_entry(entry) for entry in result.entries],
        "time_line": _time_line(overview),
        "weak_judges": [asdict(judge) for judge in result.judges],
        "agreement": _agreement(overview),
        "diagnoses": [asdict(diagnosis) for diagnosis in overview.diagnoses],
        "ensemble": ensemble.as_dict() if ensemble else None,
        "limitations": [*limitations(overview), *ensemble_limitations(ensemble)],
        "provenance": {
            "seed": study.seed,
            "code_version": code_version(),
            "data_version": study.data_version,
            "data_hash": data_hash(study),
            "verdicts_hash": verdicts_hash(study),
            "state_version": result.version,
            "computed_at": result.computed_at.isoformat() if result.computed_at else None,
        },
    }


def _n_rivals(overview: Overview) -> int:
    return max(0, overview.n_entries - (overview.study.baseline_id is not None))


def _question(overview: Overview) -> str:
    if overview.is_labelled:
        return _labelled_question(overview)
    baseline = overview.study.baseline.name if overview.study.baseline else "a baseline yet to be chosen"
    n = plural(_n_rivals(overview), "candidate")
    queries = plural(overview.n_queries, "query", "queries")
    return (
        f"Which of {n}, or else {baseline}, answers these {queries} best? Each verdict compares a "
        f"candidate's response with that of the baseline, {baseline}, unseen which is which."
    )


def _labelled_question(overview: Overview) -> str:
    n = plural(overview.n_entries, "candidate")
    queries = plural(overview.n_queries, "query", "queries")
    baseline = overview.study.baseline.name if overview.study.baseline else "a baseline yet to be chosen"
    return (
        f"Which of {n} chooses the right label most often on these {queries}? One label settles a query for "
        f"all of them: right where the baseline, {baseline}, is wrong is a win, wrong where it is right a "
        "loss, all else a draw."
    )


def _method(overview: Overview) -> dict[str, Any]:
    study = overview.study
    strategy = STRATEGIES.get(study.strategy)
    return {
        "strategy": study.strategy,
        "strategy_label": strategy.label if strategy else study.strategy,
        "strategy_description": strategy.description if strategy else "",
        "strategy_params": study.strategy_params,
        "estimate": overview.result.method,
        "has_weak_judges": overview.result.has_weak_judges,
        "uses_weak_judges": bool(strategy and strategy.uses_weak_judges),
        "learns_from_judges": learns_from_judges(study.strategy),
        "weak_judges_words": weak_judges_words(overview),
        "overlap": study.overlap,
        "budget": study.budget,
        "target_p_best": study.target_p_best,
        "near_delta": study.near_delta,
    }


def weak_judges_words(overview: Overview) -> str:
    """Return what part the weak judges have in the result; nothing for a labelled study, which has none."""
    study, result = overview.study, overview.result
    if overview.is_labelled:
        return ""
    if not result.has_weak_judges:
        return "None."
    n = len(result.judges)
    strategy = STRATEGIES.get(study.strategy)
    measured = f"{plural(n, 'k-gram model is', 'k-gram models are')} measured against the verdicts."
    if strategy is None or not strategy.uses_weak_judges:
        return f"{measured} This strategy does not use them."
    models = plural(n, "k-gram model")
    if not learns_from_judges(strategy.name):
        return f"{models} helped to choose the comparisons; the result rests on the verdicts."
    if _n_rivals(overview) < LEAST_CANDIDATES:
        return f"{measured} This strategy uses them from {LEAST_CANDIDATES} candidates on."
    lengths = " and the lengths of the responses" if has_lengths(study) else ""
    return (
        f"{models}{lengths} gave a first guess of each candidate, weighed by how well it fits the verdicts. "
        "The more verdicts there are, the less it matters."
    )


def _verdicts(overview: Overview) -> dict[str, Any]:
    return {
        "n_verdicts": overview.result.n_verdicts,
        "n_given": overview.result.n_given,
        "n_imported": overview.result.n_imported,
        "n_in_estimates": overview.result.n_verdicts_seen,
        "n_wanted_at_most": overview.n_wanted,
        "side_a_share": overview.side.share,
        "side_a_interval": [overview.side.low, overview.side.high],
        "people": [
            {
                "username": person.username,
                "role": person.role,
                "n_verdicts": person.n_verdicts,
                "n_draws": person.n_draws,
                "median_seconds": person.median_seconds,
                "side_a_share": person.side_bias.share,
                "share_as_imported": person.share_as_imported,
            }
            for person in overview.people
            if person.n_verdicts
        ],
    }


def _entry(entry: EntryResult) -> dict[str, Any]:
    names = (
        *("is_baseline", "is_best", "p_best", "p_near_best", "win_rate", "win_rate_low", "win_rate_high"),
        *("raw_win_rate", "n_wins", "n_draws", "n_losses", "n_verdicts"),
        *("accuracy", "accuracy_interval", "n_right", "n_answered"),
    )
    return {"candidate": entry.candidate.name, **{name: getattr(entry, name) for name in names}}


def _time_line(overview: Overview) -> list[dict[str, Any]]:
    names = {str(entry.candidate.pk): entry.candidate.name for entry in overview.result.entries}
    return [
        {
            "n_verdicts": snapshot.n_verdicts,
            "entropy": snapshot.entropy,
            "p_best": {names[key]: p for key, p in snapshot.p_best.items() if key in names},
            "p_near_best": snapshot.p_near_best,
        }
        for snapshot in overview.snapshots
    ]


def _agreement(overview: Overview) -> dict[str, Any] | None:
    if overview.alpha is None:
        return None
    return {
        "krippendorff_alpha": overview.alpha.value,
        "interval_90": [overview.alpha.low, overview.alpha.high],
        "n_comparisons": overview.alpha.n_units,
        "pairs": [asdict(pair) for pair in overview.pairs],
    }


def limitations(overview: Overview) -> list[str]:
    """Return what the result does not say, in sentences that fit this study."""
    study, result = overview.study, overview.result
    n_counted = sum(entry.n_verdicts for entry in result.entries)
    baseline = study.baseline.name if study.baseline else "the baseline"
    known = [
        f"The result is about these {plural(overview.n_queries, 'query', 'queries')}. It holds for other "
        "tasks in so far as these are like them.",
        *(label_limitations(overview) if overview.is_labelled else pairwise_limitations(baseline)),
    ]
    strategy = STRATEGIES.get(study.strategy)
    if strategy and strategy.caveat:
        known.append(strategy.caveat)
    if not result.is_current:
        known.append(f"{result.coverage} A computation was under way.")
    if n_counted < result.n_verdicts and not overview.is_labelled:
        known.append(
            f"{plural(result.n_verdicts - n_counted, 'verdict')} on candidates that were dropped are not in "
            "the table."
        )
    people = [person for person in overview.people if person.n_verdicts]
    if len(people) == 1:
        known.append(f"All {result.noun}s are from one person.")
    elif people and overview.alpha is None:
        what = "query was labelled" if overview.is_labelled else "comparison was judged"
        known.append(f"No {what} twice, so how far annotators agree is not known.")
    p_near = result.best.p_near_best if result.best else None
    if p_near is not None and p_near < study.target_p_best:
        known.append(
            f"The answer has not reached the target of {rate(study.target_p_best)}: more "
            f"{result.noun}s could change it."
        )
    return known


def pairwise_limitations(baseline: str) -> list[str]:
    """Return what holds for every study that compares texts."""
    return [
        f"Every win rate is against {baseline}. Two candidates are never compared directly.",
        "Probabilities rest on a model of the verdicts. The raw win rates beside them do not, but the "
        "comparisons behind them were not drawn at random, so they can mislead.",
    ]


def label_limitations(overview: Overview) -> list[str]:
    """Return what holds for this labelled study."""
    result = overview.result
    n_known = max((entry.n_answered for entry in result.entries), default=result.n_verdicts)
    known = ["A response without a usable label counts as wrong, a missing one is left out."]
    if n_known < overview.n_queries:
        known.append(
            f"Accuracies are those on the {plural(n_known, 'query', 'queries')} with a right label. Queries "
            "on which all candidates agree are asked of nobody, and the others are not drawn at random "
            "unless the strategy is random: on all queries accuracies will mostly be higher. The differences "
            "between candidates are what to go by."
        )
    if overview.result.n_imported:
        known.append(
            f"{plural(overview.result.n_imported, 'label')} came with the files: mistakes in them are taken "
            "over."
        )
    return known


def ensemble_limitations(ensemble: EnsembleView | None) -> list[str]:
    """Return what the ensemble's figures do not say."""
    if ensemble is None or ensemble.findings is None:
        return []
    known = []
    if ensemble.kind == Study.Kind.PAIRWISE:
        known.append(
            "The ensemble was not tried out: its figures follow from which candidates lose the same "
            "comparisons, and they take it that a rule can tell which member is right."
        )
    if not ensemble.findings.is_enough:
        known.append("The ensemble rests on fewer labels or joint verdicts than it should.")
    return known


def check_report_format(name: str, allowed: tuple[str, ...]) -> str:
    """Return ``name``, or raise ``InvalidValueError`` when no report has that form."""
    if name not in allowed:
        raise InvalidValueError(f"format: {name!r}, must be one of {', '.join(allowed)}")
    return name


def report_name(study: Study, extension: str) -> str:
    """Return the file name of a study's report."""
    return f"{study.slug}-report.{extension}"
