"""The pool of a running study: candidates priced, grouped into families, taken in and out."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction

from annotation.exceptions import ConflictError, InvalidValueError, NotFoundError
from annotation.lookups.access import access_study
from annotation.models import BackgroundRun, Candidate, Study
from annotation.services.locks import lock_study
from annotation.services.runs import run_enqueue
from annotation.services.studies import record

if TYPE_CHECKING:
    from collections.abc import Collection

    from annotation.lookups.access import User

FIELDS = ("family", "price", "is_active")


@transaction.atomic
def candidate_update(*, user: User, slug: str, candidate_id: int, **changes: Any) -> Candidate:
    """Change family, price or activity of a candidate; its verdicts are kept whatever happens.

    Raises
    ------
    NotFoundError
        When the study has no such candidate.
    InvalidValueError
        For an unknown field or a value out of its range.
    ConflictError
        When the baseline would be taken out.

    Notes
    -----
    Locks the study's row. Lead only.
    """
    study = access_study(user=user, slug=slug, need="lead")
    return candidate_change(study=study, user=user, candidate_id=candidate_id, **changes)


@transaction.atomic
def candidate_change(*, study: Study, user: User, candidate_id: int, **changes: Any) -> Candidate:
    """Do what ``candidate_update`` does for a person whose right was checked elsewhere: Django's admin."""
    study = lock_study(study.pk)
    candidate = study.candidates.filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFoundError("This study has no such candidate.")
    was_active = candidate.is_active
    changed = _set(candidate, changes)
    if study.baseline_id == candidate.pk and not candidate.is_active:
        raise ConflictError(f"{candidate.name} is the baseline: all others are compared with it.")
    if changed:
        candidate.save(update_fields=sorted(changed))
        values = {field: _plain(getattr(candidate, field)) for field in sorted(changed)}
        record(study, user, "candidate_update", candidate=candidate.name, **values)
    if candidate.is_active != was_active:
        _renew_pool(study, user)
    return candidate


@transaction.atomic
def pool_set_active(*, user: User, slug: str, candidate_ids: Collection[int]) -> Study:
    """Make exactly these candidates active; verdicts of those that leave are kept.

    Raises
    ------
    InvalidValueError
        When one of them is no candidate of the study.
    ConflictError
        When the baseline is not among them.

    Notes
    -----
    Locks the study's row. Lead only.
    """
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    wanted = set(candidate_ids)
    candidates = list(study.candidates.all())
    unknown = wanted - {candidate.pk for candidate in candidates}
    if unknown:
        raise InvalidValueError(f"candidates: {sorted(unknown)} are not in this study")
    if study.baseline and study.baseline_id not in wanted:
        raise ConflictError(f"{study.baseline.name} is the baseline: all others are compared with it.")
    dropped = [c for c in candidates if c.is_active and c.pk not in wanted]
    restored = [c for c in candidates if not c.is_active and c.pk in wanted]
    for changed, is_active in ((dropped, False), (restored, True)):
        study.candidates.filter(pk__in=[c.pk for c in changed]).update(is_active=is_active)
    if dropped or restored:
        names = {"dropped": [c.name for c in dropped], "restored": [c.name for c in restored]}
        record(study, user, "pool_set_active", **names)
        _renew_pool(study, user)
    return study


def _set(candidate: Candidate, changes: dict[str, Any]) -> set[str]:
    unknown = sorted(set(changes) - set(FIELDS))
    if unknown:
        raise InvalidValueError(f"{', '.join(unknown)}: unknown field, allowed are {', '.join(FIELDS)}")
    changed = {field for field, value in changes.items() if getattr(candidate, field) != value}
    for field in changed:
        setattr(candidate, field, changes[field])
    try:
        candidate.clean_fields(exclude=["study"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidValueError(f"{field}: {messages[0]}") from error
    return changed


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _renew_pool(study: Study, user: User) -> None:
    """Make everything that was computed from the old pool stale."""
    study.data_version += 1
    study.save(update_fields=["data_version"])
    if study.baseline_id is None:
        return
    if study.kind == Study.Kind.PAIRWISE:
        run_enqueue(kind=BackgroundRun.Kind.PREPARE_STUDY, study=study, user=user)
    run_enqueue(kind=BackgroundRun.Kind.REFRESH_SELECTION, study=study, user=user)
