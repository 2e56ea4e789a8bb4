"""Fetch and authorise in one call, so that no caller can forget the check.

What a person may not see does not exist for them: outsiders get ``NotFoundError``, members whose role is
too small ``PermissionDeniedError``.
"""

from __future__ import annotations

import uuid
from typing import Literal

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import F, QuerySet

from annotation.exceptions import NotFoundError, PermissionDeniedError
from annotation.models import BackgroundRun, Lease, Membership, Study, StudyFile

# Who asks: views pass ``request.user`` as it is.
User = AbstractBaseUser | AnonymousUser
Need = Literal["lead", "annotator", "viewer", "member"]

# Which roles satisfy which need.
ROLES: dict[str, tuple[str, ...]] = {
    "lead": (Membership.Role.LEAD,),
    "annotator": (Membership.Role.LEAD, Membership.Role.ANNOTATOR),
    # Results name candidates: annotators, who judge blindly, do not see them.
    "viewer": (Membership.Role.LEAD, Membership.Role.VIEWER),
    "member": (Membership.Role.LEAD, Membership.Role.ANNOTATOR, Membership.Role.VIEWER),
}


def person_id(user: User) -> int:
    """Return the key of somebody who is logged in.

    Raises
    ------
    PermissionDeniedError
        For an anonymous visitor.
    """
    if user.pk is None:
        raise PermissionDeniedError("Log in first.")
    return int(user.pk)


def check_role(*, user: User, study_id: int, need: Need) -> str:
    """Return the person's role in the study, or raise when it does not satisfy ``need``."""
    own = Membership.objects.filter(study_id=study_id, user_id=person_id(user))
    role = own.values_list("role", flat=True).first()
    if role is None:
        raise NotFoundError("There is no such study, or you are not a member of it.")
    if role not in ROLES[need]:
        raise PermissionDeniedError(f"This needs the role {need!r} in the study; yours is {role!r}.")
    return role


def access_study(*, user: User, slug: str, need: Need = "member") -> Study:
    """Return the study ``slug`` with its baseline, for a person whose role satisfies ``need``.

    Raises
    ------
    NotFoundError
        For outsiders and unknown slugs alike.
    PermissionDeniedError
        For members whose role is too small.
    """
    study = Study.objects.select_related("baseline").filter(slug=slug).first()
    if study is None:
        raise NotFoundError("There is no such study, or you are not a member of it.")
    check_role(user=user, study_id=study.pk, need=need)
    return study


def access_lease(*, user: User, lease_id: uuid.UUID | str) -> Lease:
    """Return one of the person's own leases, with its comparison and study.

    Raises
    ------
    NotFoundError
        For other people's leases and unknown ids alike.
    """
    try:
        key = uuid.UUID(str(lease_id))
    except ValueError:
        key = None
    lease = (
        Lease.objects.select_related("comparison__study", "comparison__query")
        .filter(pk=key, annotator_id=user.pk)
        .first()
        if key
        else None
    )
    if lease is None:
        raise NotFoundError("There is no such comparison on your desk.")
    check_role(user=user, study_id=lease.comparison.study_id, need="annotator")
    return lease


def access_run(*, user: User, run_id: int) -> BackgroundRun:
    """Return a background run of a study that the person leads, or one that they started."""
    run = BackgroundRun.objects.select_related("study").filter(pk=run_id).first()
    if run is None:
        raise NotFoundError("There is no such background run.")
    if run.study_id is not None:
        check_role(user=user, study_id=run.study_id, need="lead")
    elif run.created_by_id != user.pk:
        raise NotFoundError("There is no such background run.")
    return run


def access_file(*, user: User, file_id: int) -> StudyFile:
    """Return a file of a study that the person leads: it names candidates and annotators."""
    file = StudyFile.objects.filter(pk=file_id).first()
    if file is None:
        raise NotFoundError("There is no such file.")
    check_role(user=user, study_id=file.study_id, need="lead")
    return file


def list_studies(*, user: User) -> QuerySet[Study]:
    """Return the person's studies, newest first, each with its ``role``."""
    return (
        Study.objects.filter(memberships__user_id=person_id(user))
        .annotate(role=F("memberships__role"))
        .select_related("baseline")
    )
