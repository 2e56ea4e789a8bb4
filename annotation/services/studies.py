"""Studies: created, changed, opened, paused, closed; and who works on them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from annotation.exceptions import ConflictError, InvalidValueError, NotFoundError
from annotation.lookups.access import access_study, person_id
from annotation.models import AuditEvent, BackgroundRun, Candidate, Membership, Study
from annotation.selection import default_strategy, strategies_for, validate_params
from annotation.services.label_words import check_label_words
from annotation.services.locks import lock_study
from annotation.services.runs import run_enqueue

if TYPE_CHECKING:
    from annotation.lookups.access import User

SETTINGS = (
    "name",
    "guidelines",
    "baseline",
    "strategy",
    "strategy_params",
    "weak_settings",
    "budget",
    "overlap",
    "label_words",
    "is_gold_counted",
    "target_p_best",
    "near_delta",
    "is_grouping_queries",
    "lease_minutes",
)
# Pages beside those of studies have these addresses.
RESERVED_SLUGS = {"new"}
# Changing one of these changes the ranking or the stop rule.
REFRESHING = {
    "baseline",
    "strategy",
    "strategy_params",
    "budget",
    "overlap",
    "target_p_best",
    "near_delta",
    "is_gold_counted",
}
PREPARING = {"baseline", "weak_settings"}


@transaction.atomic
def study_create(
    *, user: User, name: str, kind: str = Study.Kind.PAIRWISE, slug: str = "", **settings: Any
) -> Study:
    """Create a draft study led by ``user``; ``settings`` are those of ``study_update``.

    Raises
    ------
    InvalidValueError
        For an empty name or a value out of its range.
    ConflictError
        When ``slug`` is given and taken, by a study or by a page.
    """
    name = name.strip()
    if not name:
        raise InvalidValueError("name: must not be empty")
    if slug in RESERVED_SLUGS:
        raise ConflictError(f"slug: {slug!r} is the address of a page; choose another")
    if slug and Study.objects.filter(slug=slug).exists():
        raise ConflictError(f"slug: {slug!r} is taken by another study")
    study = Study(
        name=name,
        kind=kind,
        slug=slug or _free_slug(name),
        strategy=default_strategy(kind),
        seed=secrets.randbelow(2**31),
        created_by_id=user.pk,
    )
    _set(study, settings)
    study.save()
    Membership.objects.create(user_id=person_id(user), study=study, role=Membership.Role.LEAD)
    record(study, user, "study_create", name=name)
    return study


def _free_slug(name: str) -> str:
    stem = slugify(name)[:70] or "study"
    taken = {*RESERVED_SLUGS, *Study.objects.filter(slug__startswith=stem).values_list("slug", flat=True)}
    n = 1
    slug = stem
    while slug in taken:
        n += 1
        slug = f"{stem}-{n}"
    return slug


def _set(study: Study, settings: dict[str, Any]) -> None:
    """Set validated fields on an unsaved study."""
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise InvalidValueError(f"{', '.join(unknown)}: unknown setting, allowed are {', '.join(SETTINGS)}")
    for field, value in settings.items():
        setattr(study, field, value)
    fitting = strategies_for(study.kind)
    if study.strategy not in fitting:
        raise InvalidValueError(
            f"strategy: {study.strategy!r} does not fit a {study.kind} study, must be one of "
            f"{', '.join(fitting)}"
        )
    check_label_words(study.label_words)
    study.strategy_params = validate_params(study.strategy, study.strategy_params)
    try:
        study.clean_fields(exclude=["created_by"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidValueError(f"{field}: {messages[0]}") from error


@transaction.atomic
def study_update(*, user: User, slug: str, **settings: Any) -> Study:
    """Change settings of a study; running ones take effect at once, verdicts are kept.

    Raises
    ------
    InvalidValueError
        For an unknown setting, a value out of range, or a baseline of another study.
    ConflictError
        When the baseline would change after the first verdict.

    Notes
    -----
    Locks the study's row. Lead only.
    """
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    if "strategy" in settings and settings["strategy"] != study.strategy:
        settings.setdefault("strategy_params", {})
    changed = {field for field, value in settings.items() if getattr(study, field, None) != value}
    if "baseline" in changed:
        _check_baseline(study, settings["baseline"])
        study.data_version += 1
    _set(study, settings)
    study.save()
    if changed:
        record(study, user, "study_update", settings=sorted(changed))
        _follow_up(study, user, changed)
    return study


def _check_baseline(study: Study, baseline: Candidate | None) -> None:
    if study.verdicts.exists():
        raise ConflictError(
            "baseline: cannot change once verdicts exist, because they compare against it. "
            "Create a new study for another baseline."
        )
    if baseline is not None and baseline.study_id != study.pk:
        raise InvalidValueError(f"baseline: {baseline.name!r} is not a candidate of this study")


def _follow_up(study: Study, user: User, changed: set[str]) -> None:
    if study.baseline_id is None:
        return
    if changed & PREPARING and study.kind == Study.Kind.PAIRWISE:
        run_enqueue(kind=BackgroundRun.Kind.PREPARE_STUDY, study=study, user=user)
    if changed & REFRESHING:
        run_enqueue(kind=BackgroundRun.Kind.REFRESH_SELECTION, study=study, user=user)


@transaction.atomic
def study_open(*, user: User, slug: str) -> Study:
    """Open a draft, paused or closed study for judging.

    Judging can start while weak judges are still being computed: comparisons are chosen without them
    until then. A study that was closed because it was sure takes another tenth of its verdicts before it
    closes for that reason again.

    Raises
    ------
    ConflictError
        When something is missing: the message says what.
    """
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    if study.status == Study.Status.OPEN:
        return study
    _check_ready(study)
    if study.close_reason == Study.CloseReason.CONFIDENT:
        newest = study.snapshots.order_by("-n_verdicts").first()
        study.claims_from = newest.n_verdicts + 1 if newest else 0
    study.status = Study.Status.OPEN
    study.close_reason = ""
    study.opened_at = study.opened_at or timezone.now()
    study.closed_at = None
    study.save(update_fields=["status", "close_reason", "opened_at", "closed_at", "claims_from"])
    record(study, user, "study_open")
    run_enqueue(kind=BackgroundRun.Kind.REFRESH_SELECTION, study=study, user=user)
    has_judges = study.weak_tensors.filter(data_version=study.data_version).exists()
    if study.kind == Study.Kind.PAIRWISE and not has_judges:
        run_enqueue(kind=BackgroundRun.Kind.PREPARE_STUDY, study=study, user=user)
    return study


def _check_ready(study: Study) -> None:
    """Refuse to open a study in which nothing could be judged."""
    if not study.queries.exists():
        raise ConflictError("The study has no queries yet: import responses first.")
    if study.baseline_id is None:
        raise ConflictError("The study has no baseline yet: choose which candidate is compared against.")
    others = study.candidates.filter(is_active=True).exclude(pk=study.baseline_id)
    if not others.exists():
        raise ConflictError(
            "The study has no candidate beside the baseline: import responses of at least one more."
        )


@transaction.atomic
def study_pause(*, user: User, slug: str) -> Study:
    """Pause an open study: no new comparisons are given out, verdicts on the desks still count."""
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    if study.status != Study.Status.OPEN:
        raise ConflictError(f"Only an open study can be paused; this one is {study.get_status_display()!r}.")
    study.status = Study.Status.PAUSED
    study.save(update_fields=["status"])
    record(study, user, "study_pause")
    return study


@transaction.atomic
def study_close(*, user: User, slug: str) -> Study:
    """Close a study; it can be opened again."""
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    if study.status == Study.Status.CLOSED:
        return study
    study.status = Study.Status.CLOSED
    study.close_reason = Study.CloseReason.LEAD
    study.closed_at = timezone.now()
    study.save(update_fields=["status", "close_reason", "closed_at"])
    record(study, user, "study_close")
    return study


@transaction.atomic
def member_add(*, user: User, slug: str, username: str, role: str) -> Membership:
    """Give a person a role in the study, or change the one they have.

    Raises
    ------
    NotFoundError
        When nobody has that user name.
    InvalidValueError
        For an unknown role.
    ConflictError
        When the study would be left without a lead.
    """
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    if role not in Membership.Role.values:
        raise InvalidValueError(f"role: {role!r}, must be one of {', '.join(Membership.Role.values)}")
    person = get_user_model().objects.filter(username=username.strip(), is_active=True).first()
    if person is None:
        raise NotFoundError(f"username: nobody here is called {username.strip()!r}")
    if role != Membership.Role.LEAD:
        _check_other_lead(study, person.pk)
    membership, _ = Membership.objects.update_or_create(
        study=study, user_id=person.pk, defaults={"role": role}
    )
    record(study, user, "member_add", username=person.get_username(), role=role)
    return membership


@transaction.atomic
def member_remove(*, user: User, slug: str, username: str) -> None:
    """Take a person out of the study; their verdicts stay.

    Raises
    ------
    NotFoundError
        When they are not a member.
    ConflictError
        When they are the only lead.
    """
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    membership = Membership.objects.filter(study=study, user__username=username).first()
    if membership is None:
        raise NotFoundError(f"username: {username!r} is not a member of this study")
    _check_other_lead(study, membership.user_id)
    membership.delete()
    record(study, user, "member_remove", username=username)


def _check_other_lead(study: Study, user_id: int) -> None:
    """Refuse a change that would leave nobody in charge."""
    leads = Membership.objects.filter(study=study, role=Membership.Role.LEAD)
    if leads.filter(user_id=user_id).exists() and not leads.exclude(user_id=user_id).exists():
        raise ConflictError("A study needs a lead: make somebody else a lead first.")


def record(study: Study, user: User | None, action: str, **details: Any) -> None:
    """Add a line to the study's audit trail; without a person where a command did it."""
    AuditEvent.objects.create(study=study, actor_id=user.pk if user else None, action=action, details=details)
