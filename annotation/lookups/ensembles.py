"""Saved ensemble runs: one, all, side by side, and the one that the report shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotation.exceptions import InvalidValueError, NotFoundError
from annotation.lookups.access import access_study
from annotation.lookups.ensemble_view import EnsembleView, view_ensemble
from annotation.models import BackgroundRun, EnsembleRun, Study

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from annotation.lookups.access import User

MOST_COMPARED = 6


@dataclass(frozen=True)
class EnsembleComparison:
    """Finished runs of one study side by side.

    Attributes
    ----------
    runs
        In the order asked for; each has findings.
    is_same_data
        Whether all rest on the same labels or verdicts.
    common_members
        Names of the candidates that are members in every run.
    notes
        What to bear in mind when reading the figures side by side, in sentences; empty without any.
    """

    runs: tuple[EnsembleView, ...]
    is_same_data: bool
    common_members: tuple[str, ...]
    notes: tuple[str, ...]


def ensemble_rows(study: Study) -> QuerySet[EnsembleRun]:
    """Return the study's runs, newest first, with all that a view of them reads."""
    rows = study.ensemble_runs.select_related("study", "run", "author").order_by("-pk")
    return rows.defer("run__log", "run__params", "study__guidelines")


def list_ensemble_runs(study: Study) -> list[EnsembleView]:
    """Return all of the study's runs, newest first."""
    return [view_ensemble(row) for row in ensemble_rows(study)]


def access_ensemble(*, user: User, slug: str, ensemble_id: int) -> EnsembleRun:
    """Return a run of a study that the person leads.

    Raises
    ------
    NotFoundError
        For outsiders, and when the study has no such run.
    PermissionDeniedError
        For members who are no leads.
    """
    row = ensemble_rows(access_study(user=user, slug=slug, need="lead")).filter(pk=ensemble_id).first()
    if row is None:
        raise NotFoundError(f"This study has no ensemble run {ensemble_id}.")
    return row


def ensemble_document(row: EnsembleRun) -> tuple[str, str]:
    """Return name and text of the file that ``annotation.ensembles.read_ensemble`` reads.

    Raises
    ------
    NotFoundError
        Before the run is done, and in pairwise studies, which have no labels to fit a rule to.
    """
    if not row.ensemble:
        why = (
            "it is not done"
            if not row.result
            else "verdicts say whom to ask, not how free answers become one: that takes labels"
        )
        raise NotFoundError(f"Run {row.pk} has no fitted ensemble to download: {why}.")
    text = json.dumps(row.ensemble, ensure_ascii=False, allow_nan=False) + "\n"
    return f"{row.study.slug}-ensemble-{row.pk}.json", text


def report_ensemble(study: Study) -> EnsembleView | None:
    """Return the finished run that the report shows: the chosen one, else the newest."""
    done = ensemble_rows(study).filter(run__status=BackgroundRun.Status.DONE)
    row = done.filter(is_in_report=True).first() or done.first()
    return view_ensemble(row) if row else None


def compare_ensemble_runs(study: Study, ensemble_ids: Sequence[int]) -> EnsembleComparison:
    """Return finished runs side by side, in the order of ``ensemble_ids``.

    Raises
    ------
    InvalidValueError
        For fewer than two or more than ``MOST_COMPARED`` runs, or one that is not done.
    NotFoundError
        When the study has no such run.
    """
    wanted = list(dict.fromkeys(ensemble_ids))
    if not 2 <= len(wanted) <= MOST_COMPARED:
        raise InvalidValueError(f"runs: {len(wanted)} chosen, choose from 2 to {MOST_COMPARED}")
    found = {row.pk: view_ensemble(row) for row in ensemble_rows(study).filter(pk__in=wanted)}
    for key in wanted:
        if key not in found:
            raise NotFoundError(f"This study has no ensemble run {key}.")
        if found[key].findings is None:
            raise InvalidValueError(f"runs: {key} is not done, only finished runs can be compared")
    runs = tuple(found[key] for key in wanted)
    is_same = len({view.data_hash for view in runs}) == 1
    return EnsembleComparison(runs, is_same, _common_members(runs), _notes(runs, is_same))


def _common_members(runs: Sequence[EnsembleView]) -> tuple[str, ...]:
    teams = [[member.candidate for member in view.findings.members] for view in runs if view.findings]
    return tuple(name for name in teams[0] if all(name in team for team in teams[1:]))


def _notes(runs: Sequence[EnsembleView], is_same: bool) -> tuple[str, ...]:
    notes = []
    if not is_same:
        notes.append(
            "These runs used different labels or candidates: part of a difference in accuracy is the data's."
        )
    if len({view.settings.seed for view in runs}) > 1:
        notes.append("Their seeds differ, so they were validated on different folds.")
    if any(view.findings and view.findings.accuracy is None for view in runs):
        notes.append("Not all of them were validated.")
    return tuple(notes)
