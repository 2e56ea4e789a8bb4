"""Row locks that services share."""

from __future__ import annotations

from annotation.models import Study


def lock_study(study_id: int) -> Study:
    """Return the study, locked until the transaction ends.

    PostgreSQL locks the row; SQLite's immediate transactions have already locked the whole file, and
    ``select_for_update`` is a plain read there.
    """
    return Study.objects.select_for_update(of=("self",)).select_related("baseline").get(pk=study_id)
