"""Ensembles: asking for one, putting one into the report, throwing one away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db import transaction

from annotation.ensembles.aggregation import RULES
from annotation.ensembles.error_law import MAX_MEMBERS
from annotation.ensembles.estimators import ESTIMATOR_NAMES
from annotation.ensembles.greedy import OBJECTIVES, check_sets
from annotation.ensembles.information import check_choice
from annotation.exceptions import ConflictError, InvalidValueError
from annotation.lookups.access import access_study
from annotation.lookups.ensemble_data import EnsembleData, get_ensemble_data, settings_budget
from annotation.lookups.ensembles import access_ensemble
from annotation.models import BackgroundRun, Candidate, EnsembleRun, Study
from annotation.services.locks import lock_study
from annotation.services.runs import run_enqueue
from annotation.services.studies import record

if TYPE_CHECKING:
    from annotation.lookups.access import User

DEFAULT_SIZE = 5
MOST_VALIDATIONS = 10
LARGEST_SEED = 2**31 - 1


@dataclass(frozen=True)
class EnsembleWish:
    """What a person asks for; ``ensemble_start`` takes these by name.

    Attributes
    ----------
    size
        Most members; by default 5, with ``money`` as many as it buys, never more than there are candidates.
    money
        Most money per query; every candidate to choose from then needs a price.
    objective, rule, estimator
        Names from ``annotation.ensembles``. In a pairwise study rule and estimator have no say.
    seed
        By default the study's.
    n_validations
        Repeats of nested cross-validation, 0 to 10; 0 for none.
    stops_early
        Whether to leave out members from the first on whose gain is not above its noise.
    candidates
        Names to choose from; all active ones by default.
    """

    size: int | None = None
    money: float | None = None
    objective: str = "mi"
    rule: str = "auto"
    estimator: str = "auto"
    seed: int | None = None
    n_validations: int = 2
    stops_early: bool = True
    candidates: Collection[str] = ()


@transaction.atomic
def ensemble_start(*, user: User, slug: str, **wish: Any) -> EnsembleRun:
    """Queue the building of an ensemble; lead only. ``wish`` has the fields of ``EnsembleWish``.

    Raises
    ------
    InvalidValueError
        For a value that cannot be; the message begins with its name.
    TooLargeError
        For more sets than the exhaustive objective compares.
    ConflictError
        While there are too few labels or jointly judged queries; the message says how many are missing.
    """
    study = access_study(user=user, slug=slug, need="lead")
    return ensemble_queue(study=study, user=user, **wish)


@transaction.atomic
def ensemble_queue(*, study: Study, user: User | None, **wish: Any) -> EnsembleRun:
    """Do what ``ensemble_start`` does where the right was checked elsewhere: Django's admin and commands."""
    unknown = sorted(set(wish) - {field.name for field in fields(EnsembleWish)})
    if unknown:
        allowed = ", ".join(field.name for field in fields(EnsembleWish))
        raise InvalidValueError(f"{unknown[0]}: unknown setting, allowed are {allowed}")
    settings = checked_settings(study, get_ensemble_data(study), EnsembleWish(**wish))
    run = run_enqueue(kind=BackgroundRun.Kind.BUILD_ENSEMBLE, study=study, user=user)
    row = EnsembleRun.objects.create(
        study=study, run=run, author_id=user.pk if user else None, settings=settings
    )
    record(study, user, "ensemble_start", ensemble=row.pk, objective=settings["objective"])
    return row


def checked_settings(study: Study, data: EnsembleData, wish: EnsembleWish) -> dict[str, Any]:
    """Return the settings as they are stored, everything that was left open decided."""
    chosen = _chosen(data, wish.candidates)
    names = [candidate.name for candidate in chosen]
    if data.n_missing:
        raise ConflictError(data.sentence)
    if len(chosen) < 2:
        raise InvalidValueError(f"candidates: {len(chosen)} to choose from, an ensemble needs at least two")
    prices = {candidate.name: float(candidate.price) for candidate in chosen if candidate.price is not None}
    settings = {
        "size": usual_size(len(chosen), wish.money) if wish.size is None else wish.size,
        "money": wish.money,
        "prices": prices,
        "objective": wish.objective,
        "rule": wish.rule,
        "estimator": wish.estimator,
        "seed": study.seed if wish.seed is None else wish.seed,
        "n_validations": wish.n_validations,
        "stops_early": wish.stops_early,
        "candidates": names,
    }
    _check(settings)
    return settings


def usual_size(n_candidates: int, money: float | None = None) -> int:
    """Return the most members where nobody says: 5, or as many as the money buys."""
    return min(DEFAULT_SIZE if money is None else MAX_MEMBERS, n_candidates)


def _chosen(data: EnsembleData, names: Collection[str]) -> list[Candidate]:
    by_name = {candidate.name: candidate for candidate in data.candidates}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise InvalidValueError(
            f"candidates: {unknown[0]!r} cannot be a member here; there are {', '.join(by_name) or 'none'}"
        )
    return [by_name[name] for name in sorted(set(names) or by_name)]


def _check(settings: dict[str, Any]) -> None:
    check_choice("objective", settings["objective"], OBJECTIVES)
    check_choice("rule", settings["rule"], ("auto", *RULES))
    check_choice("estimator", settings["estimator"], ESTIMATOR_NAMES)
    for name, high in (("n_validations", MOST_VALIDATIONS), ("seed", LARGEST_SEED)):
        if not 0 <= settings[name] <= high:
            raise InvalidValueError(f"{name}: {settings[name]}, must be from 0 to {high:,}")
    names, prices, money = settings["candidates"], settings["prices"], settings["money"]
    unpriced = [name for name in names if name not in prices]
    if money is not None and unpriced:
        raise InvalidValueError(
            f"money: {len(unpriced)} of {len(names)} candidates have no price ({', '.join(unpriced[:5])}): "
            "give each one in the pool, leave them out, or limit the number of members instead"
        )
    settings_budget(settings).check(names)
    if settings["objective"] == "exhaustive":
        check_sets(len(names), settings["size"])


@transaction.atomic
def ensemble_put_in_report(
    *, user: User, slug: str, ensemble_id: int, is_in_report: bool = True
) -> EnsembleRun:
    """Let the report show this run instead of the newest one, or take the choice back; lead only.

    Raises
    ------
    ConflictError
        When the run is not done.

    Notes
    -----
    Locks the study's row: one run of a study is in the report.
    """
    row = access_ensemble(user=user, slug=slug, ensemble_id=ensemble_id)
    lock_study(row.study_id)
    if is_in_report and row.run.status != BackgroundRun.Status.DONE:
        raise ConflictError("The report can only show a run that is done.")
    if is_in_report:
        EnsembleRun.objects.filter(study=row.study, is_in_report=True).update(is_in_report=False)
    row.is_in_report = is_in_report
    row.save(update_fields=["is_in_report"])
    record(row.study, user, "ensemble_put_in_report", ensemble=row.pk, is_in_report=is_in_report)
    return row


@transaction.atomic
def ensemble_delete(*, user: User, slug: str, ensemble_id: int) -> None:
    """Throw a run away, waiting or ended; lead only.

    Raises
    ------
    ConflictError
        While it is being built.
    """
    row = access_ensemble(user=user, slug=slug, ensemble_id=ensemble_id)
    if row.run.status == BackgroundRun.Status.RUNNING:
        raise ConflictError("This ensemble is being built: delete it when that has ended.")
    record(row.study, user, "ensemble_delete", ensemble=row.pk)
    row.run.delete()
