"""A study from files to open, in the steps of the lead's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from annotation.exceptions import ConflictError
from annotation.lookups.access import access_study
from annotation.models import BackgroundRun, Study
from annotation.services.imports import import_start
from annotation.services.locks import lock_study
from annotation.services.pool import pool_set_active
from annotation.services.studies import study_create, study_open, study_update

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django.core.files.uploadedfile import UploadedFile

    from annotation.lookups.access import User


def study_begin(
    *,
    user: User,
    name: str,
    files: Sequence[UploadedFile[Any]],
    is_strict: bool = False,
    kind: str = "auto",
) -> tuple[Study, BackgroundRun]:
    """Create a draft and queue the import of its first files; without a readable file there is no draft.

    Which kind of study it is, the import finds out unless ``kind`` says so.

    Not one transaction: copying large files inside one would keep everybody else from writing.

    Raises
    ------
    InvalidValueError, FileFormatError
        As `study_create` and `import_start`.
    """
    study = study_create(user=user, name=name)
    try:
        run = import_start(user=user, slug=study.slug, files=files, is_strict=is_strict, kind=kind)
        return study, run
    except BaseException:
        study.delete()
        raise


@transaction.atomic
def study_setup(
    *, user: User, slug: str, active_ids: Collection[int], is_opening: bool = False, **settings: Any
) -> Study:
    """Set settings and pool of a study, and open it when asked to: all of it, or nothing. Lead only.

    Raises
    ------
    InvalidValueError, ConflictError
        As `study_update`, `pool_set_active` and `study_open`.
    """
    study = study_update(user=user, slug=slug, **settings)
    study = pool_set_active(user=user, slug=slug, candidate_ids=active_ids)
    return study_open(user=user, slug=slug) if is_opening else study


@transaction.atomic
def study_discard(*, user: User, slug: str) -> None:
    """Delete a draft with everything imported into it. Lead only.

    Raises
    ------
    ConflictError
        Once the study was open, or while files are being imported.
    """
    study = lock_study(access_study(user=user, slug=slug, need="lead").pk)
    if study.status != Study.Status.DRAFT:
        raise ConflictError("Only a draft can be discarded; close the study instead, its verdicts stay.")
    running = study.background_runs.filter(status=BackgroundRun.Status.RUNNING)
    if running.filter(kind=BackgroundRun.Kind.IMPORT_FILES).exists():
        raise ConflictError("Files are being imported: discard the draft when that has ended.")
    contents = [row.file for row in study.files.all()]
    # The baseline protects itself as long as the study names it.
    Study.objects.filter(pk=study.pk).update(baseline=None)
    study.baseline = None
    study.delete()
    for content in contents:
        transaction.on_commit(lambda content=content: content.storage.delete(content.name))  # type: ignore[misc]
