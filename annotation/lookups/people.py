"""Verdicts as their readers need them: who gave them, how fast, and toward which side."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist

from annotation.lookups.judging import LONGEST_JUDGING
from annotation.models import Membership, Side, Study, Verdict
from annotation.selection import Outcome


@dataclass(frozen=True)
class VerdictRow:
    """A standing verdict; ``outcome`` is from the candidate's side.

    In a labelled study it is a ``label``; ``gold`` is the imported one of the same query, if there is one.
    """

    pk: int
    comparison_id: int
    candidate_id: int
    annotator: str
    outcome: int
    candidate_side: str
    is_both_bad: bool
    shown_at: datetime | None
    submitted_at: datetime
    label: str = ""
    gold: str = ""

    @property
    def side(self) -> str | None:
        """The side that was preferred; ``None`` for draws."""
        if self.outcome == Outcome.DRAW:
            return None
        is_a = (self.outcome == Outcome.WIN) == (self.candidate_side == Side.A)
        return Side.A if is_a else Side.B

    @property
    def seconds(self) -> float | None:
        """Time from showing to verdict; ``None`` when unknown or interrupted by a long pause."""
        if self.shown_at is None or self.submitted_at - self.shown_at > LONGEST_JUDGING:
            return None
        return (self.submitted_at - self.shown_at).total_seconds()


@dataclass(frozen=True)
class SideBias:
    """How often side A was preferred where a side was; a 95 % interval, half is no bias."""

    n_a: int
    n_decided: int
    share: float | None
    low: float
    high: float

    @property
    def is_biased(self) -> bool:
        """Whether the interval leaves out a half."""
        return not self.low <= 0.5 <= self.high


@dataclass(frozen=True)
class PersonActivity:
    """One person's part in a study; ``role`` is empty for somebody who has left it."""

    username: str
    role: str
    n_verdicts: int
    n_draws: int
    median_seconds: float | None
    side_bias: SideBias
    last_at: datetime | None
    n_checked: int = 0
    n_as_imported: int = 0

    @property
    def share_as_imported(self) -> float | None:
        """How often the person's label is the imported one, where there is one."""
        return self.n_as_imported / self.n_checked if self.n_checked else None


def list_standing(study: Study) -> list[VerdictRow]:
    """Return every standing verdict, oldest first."""
    fields = (
        "pk",
        "comparison_id",
        "comparison__candidate_id",
        "annotator__username",
        "outcome",
        "candidate_side",
        "is_both_bad",
        "shown_at",
        "submitted_at",
        "label",
        "comparison__query__gold",
    )
    rows = Verdict.standing.filter(study=study).order_by("pk").values_list(*fields)
    return [VerdictRow(*row) for row in rows.iterator()]


def wilson_interval(n_hits: int, n_trials: int, coverage: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share; (0, 1) without trials."""
    if not n_trials:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + coverage) / 2)
    share = n_hits / n_trials
    shrink = 1 + z**2 / n_trials
    centre = (share + z**2 / (2 * n_trials)) / shrink
    half = z / shrink * (share * (1 - share) / n_trials + z**2 / (4 * n_trials**2)) ** 0.5
    return max(0.0, centre - half), min(1.0, centre + half)


def side_bias(verdicts: list[VerdictRow]) -> SideBias:
    """Return how often side A was preferred among verdicts that prefer a side."""
    sides = [verdict.side for verdict in verdicts if verdict.side]
    n_a = sides.count(Side.A)
    low, high = wilson_interval(n_a, len(sides))
    return SideBias(n_a, len(sides), n_a / len(sides) if sides else None, low, high)


def list_people(study: Study, verdicts: list[VerdictRow]) -> list[PersonActivity]:
    """Return all members and everybody who gave a verdict, the busiest first."""
    memberships = Membership.objects.filter(study=study).select_related("user")
    roles = {member.user.get_username(): str(member.get_role_display()) for member in memberships}
    given: dict[str, list[VerdictRow]] = defaultdict(list)
    for verdict in verdicts:
        given[verdict.annotator].append(verdict)
    people = [_activity(name, roles.get(name, ""), given[name]) for name in {**roles, **given}]
    return sorted(people, key=lambda person: (-person.n_verdicts, person.username))


def _activity(name: str, role: str, verdicts: list[VerdictRow]) -> PersonActivity:
    times = [verdict.seconds for verdict in verdicts if verdict.seconds is not None]
    return PersonActivity(
        username=name,
        role=role,
        n_verdicts=len(verdicts),
        n_draws=sum(verdict.outcome == Outcome.DRAW for verdict in verdicts),
        median_seconds=statistics.median(times) if times else None,
        side_bias=side_bias(verdicts),
        n_checked=sum(bool(verdict.gold and verdict.label) for verdict in verdicts),
        n_as_imported=sum(bool(verdict.label) and verdict.label == verdict.gold for verdict in verdicts),
        last_at=max((verdict.submitted_at for verdict in verdicts), default=None),
    )
