"""An ensemble run as pages, the API and the report draw it; units: see ``ensemble_findings``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from annotation.lookups.ensemble_findings import (
    BestSingleView,
    EnsembleFindings,
    FloorView,
    Interval,
    JointView,
    MatrixView,
    MemberView,
    RuleView,
    SizeView,
    StepView,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from annotation.models import EnsembleRun

RESULT_VERSION = 1
"""Of the form of ``EnsembleRun.result``."""

OBJECTIVE_WORDS = {
    "mi": "Mutual information",
    "accuracy": "Most accurate ones",
    "mrmr": "Relevance less redundancy (mRMR)",
    "relevance": "Relevance only",
    "exhaustive": "Best of all sets",
    "random": "At random",
}
RULE_WORDS = {
    "auto": "Chosen by cross-validation",
    "single": "The best candidate alone",
    "majority": "Majority",
    "weighted": "Weighted votes",
    "map": "Most probable option",
    "pooled": "Pooled log-odds",
    "law": "Best rule under the law of errors",
}


@dataclass(frozen=True)
class SettingsView:
    """What was asked for.

    Attributes
    ----------
    size
        Most members.
    money
        Most money per query; None without such a limit.
    prices
        Price per query of each candidate that had one when the run was started.
    objective, objective_label, rule, rule_label
        Names for programs and for people; rule "auto" leaves the choice to cross-validation.
    estimator
        Estimator of information, "auto" by the stated rule.
    seed, n_validations, stops_early
        Seed; repeats of nested cross-validation; whether members stop at the first gain below its noise.
    candidates
        Names of the candidates to choose from.
    """

    size: int
    money: float | None
    prices: dict[str, float]
    objective: str
    objective_label: str
    rule: str
    rule_label: str
    estimator: str
    seed: int
    n_validations: int
    stops_early: bool
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class EnsembleView:
    """An ensemble run.

    Attributes
    ----------
    id, study, kind
        Key; slug of the study; "pairwise" or "labelled".
    author
        User name; None when the account is gone.
    created_at, finished_at
        Times.
    run_id, status, progress, message
        Of the background run: status queued, running, done or failed; progress from 0 to 1.
    settings
        What was asked for.
    n_labels, data_hash
        Labels used (pairwise: queries judged for several candidates) and a hash of them; None and "" before.
    is_in_report
        Whether a lead chose this run for the report.
    has_file
        Whether there is a fitted ensemble to download: labelled studies only.
    findings
        None until the run is done.
    """

    id: int
    study: str
    kind: str
    author: str | None
    created_at: datetime
    finished_at: datetime | None
    run_id: int
    status: str
    progress: float
    message: str
    settings: SettingsView
    n_labels: int | None
    data_hash: str
    is_in_report: bool
    has_file: bool
    findings: EnsembleFindings | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON; times in ISO 8601."""
        content = asdict(self)
        for name in ("created_at", "finished_at"):
            content[name] = content[name].isoformat() if content[name] else None
        return content


def view_ensemble(row: EnsembleRun) -> EnsembleView:
    """Return a run with its findings; reads ``study``, ``run`` and ``author`` of the row."""
    settings = _settings(row.settings)
    return EnsembleView(
        id=row.pk,
        study=row.study.slug,
        kind=row.study.kind,
        author=row.author.get_username() if row.author else None,
        created_at=row.created_at,
        finished_at=row.run.finished_at,
        run_id=row.run_id,
        status=row.run.status,
        progress=row.run.progress,
        message=row.run.message,
        settings=settings,
        n_labels=row.n_labels,
        data_hash=row.data_hash,
        is_in_report=row.is_in_report,
        has_file=bool(row.ensemble),
        findings=_findings(row.result, settings.prices) if row.result else None,
    )


def _settings(content: Mapping[str, Any]) -> SettingsView:
    objective, rule = content["objective"], content["rule"]
    return SettingsView(
        **{name: content[name] for name in ("size", "money", "prices", "estimator", "seed")},
        **{name: content[name] for name in ("n_validations", "stops_early")},
        objective=objective,
        objective_label=OBJECTIVE_WORDS.get(objective, objective),
        rule=rule,
        rule_label=RULE_WORDS.get(rule, rule),
        candidates=tuple(content["candidates"]),
    )


def _rules(accuracies: Mapping[str, float | None], chosen: str) -> tuple[RuleView, ...]:
    """Return the rules, the most accurate first: not every database keeps the order of JSON keys."""
    ranked = sorted(accuracies.items(), key=lambda pair: (pair[1] is None, -(pair[1] or 0.0), pair[0]))
    return tuple(
        RuleView(name, RULE_WORDS.get(name, name), accuracy, name == chosen) for name, accuracy in ranked
    )


def _findings(content: Mapping[str, Any], prices: Mapping[str, float]) -> EnsembleFindings:
    sizes = tuple(_size(entry, content["size"]) for entry in content["sizes"])
    recommended = next((entry for entry in sizes if entry.is_recommended), None)
    members = tuple(MemberView(name, prices.get(name)) for name in content["members"])
    known = [member.price for member in members if member.price is not None]
    rule = content["rule"]
    return EnsembleFindings(
        **{name: content[name] for name in ("sentence", "evidence", "is_enough", "accuracy_label", "size")},
        members=members,
        price=sum(known) if len(known) == len(members) else None,
        rule=rule,
        rule_label=RULE_WORDS.get(rule, rule),
        rules=_rules(content["rules"], rule),
        estimator=content["estimator"],
        steps=tuple(
            StepView(position=place, price=prices.get(step["candidate"]), **step)
            for place, step in enumerate(content["steps"], start=1)
        ),
        sizes=sizes,
        best_single=_best_single(content),
        accuracy=recommended.accuracy if recommended else None,
        gain=recommended.gain if recommended else None,
        gain_over_top_k=recommended.gain_over_top_k if recommended else None,
        floor=_floor(content, sizes),
        correlation=_matrix(content["correlation"]),
        joint=_joint(content["joint"]),
    )


def _best_single(content: Mapping[str, Any]) -> BestSingleView:
    found = content["best_single"]
    return BestSingleView(found["candidate"], _interval(found["accuracy"]))


def _floor(content: Mapping[str, Any], sizes: Sequence[SizeView]) -> FloorView:
    measured = [_best_single(content).accuracy, *(size.accuracy for size in sizes)]
    highest = 1 - content["floor"]["value"]
    is_limit = all(accuracy is None or accuracy.value <= highest for accuracy in measured)
    return FloorView(**content["floor"], is_limit=is_limit)


def _size(entry: Mapping[str, Any], recommended: int) -> SizeView:
    names = ("accuracy", "top_k", "gain", "gain_over_top_k")
    return SizeView(
        size=entry["size"],
        **{name: _interval(entry[name]) for name in names},
        is_recommended=entry["size"] == recommended,
    )


def _interval(content: Mapping[str, float] | None) -> Interval | None:
    return None if content is None else Interval(**content)


def _matrix(content: Mapping[str, Any]) -> MatrixView:
    return MatrixView(tuple(content["candidates"]), tuple(tuple(row) for row in content["values"]))


def _joint(content: Mapping[str, Any] | None) -> JointView | None:
    if content is None:
        return None
    counts = {name: content[name] for name in ("n_queries", "least", "n_needed")}
    return JointView(counts=_matrix(content["counts"]), **counts)
