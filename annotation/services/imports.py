"""Files that a person gives to a study."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from annotation.exceptions import FileFormatError, InvalidValueError
from annotation.formats.detection import detect_format, parse_format
from annotation.formats.records import SourceFile
from annotation.lookups.access import access_study
from annotation.models import AuditEvent, BackgroundRun, StudyFile
from annotation.services.runs import run_enqueue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.files.uploadedfile import UploadedFile

    from annotation.lookups.access import User
    from annotation.models import Study

MAX_FILES = 100


def import_start(
    *,
    user: User,
    slug: str,
    files: Sequence[UploadedFile[Any]],
    baseline: str = "",
    format_name: str = "",
    is_strict: bool = False,
    is_replacing: bool = False,
    kind: str = "",
) -> BackgroundRun:
    """Keep uploaded files and queue the run that imports them; its ``result`` becomes the merge report.

    ``kind`` (auto, pairwise or labelled) is what a study without queries becomes; empty leaves it as it is.

    The files are copied before the transaction begins: a large one would keep everybody else from writing.

    Raises
    ------
    NotFoundError, PermissionDeniedError
        Unless ``user`` leads the study.
    InvalidValueError
        For no files, too many, too much, or a format that does not exist.
    FileFormatError
        For a file that has none of the formats; nothing is kept.
    """
    study = access_study(user=user, slug=slug, need="lead")
    _check_files(files)
    if format_name:
        parse_format(format_name)
    params = {
        "baseline": baseline,
        "format_name": format_name,
        "is_strict": is_strict,
        "is_replacing": is_replacing,
        "kind": kind,
    }
    kept: list[StudyFile] = []
    try:
        for upload in files:
            kept.append(_keep(study, upload))
            if not format_name:
                detect_format(SourceFile(_path_of(kept[-1]), kept[-1].name))
        return _queue(user, study, kept, params)
    except BaseException:
        for row in kept:
            row.file.delete(save=False)
        raise


def _check_files(files: Sequence[UploadedFile[Any]]) -> None:
    if not 1 <= len(files) <= MAX_FILES:
        raise InvalidValueError(f"files: {len(files)}, must be 1 to {MAX_FILES}")
    size = sum(upload.size or 0 for upload in files)
    if size > settings.UPLOAD_LIMIT_BYTES:
        raise InvalidValueError(
            f"files: {size:,} bytes together, at most {settings.UPLOAD_LIMIT_BYTES:,} are allowed; "
            "gzip them, or import them in parts"
        )
    for upload in files:
        if not upload.size:
            raise FileFormatError("the file is empty", file=upload.name or "")


def _keep(study: Study, upload: UploadedFile[Any]) -> StudyFile:
    """Copy one upload to its place, without a row in the database yet."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    name = (upload.name or "upload")[:255]
    row = StudyFile(
        study=study,
        kind=StudyFile.Kind.UPLOAD,
        name=name,
        size=upload.size or 0,
        sha256=digest.hexdigest(),
    )
    # A long name is cut from the left: its end says what the file is.
    row.file.save(name[-100:], upload, save=False)
    return row


def _path_of(row: StudyFile) -> Path:
    return Path(row.file.path)


@transaction.atomic
def _queue(user: User, study: Study, kept: list[StudyFile], params: dict[str, Any]) -> BackgroundRun:
    run = run_enqueue(kind=BackgroundRun.Kind.IMPORT_FILES, study=study, params=params, user=user)
    for row in kept:
        row.run = run
        row.save()
    names = [row.name for row in kept]
    AuditEvent.objects.create(
        study=study, actor_id=user.pk, action="import_start", details={"files": names, **params}
    )
    return run
