"""What all calibration pages say together: on which tables claims hold, in words chosen by the figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from annotation.selection import DEFAULT_STRATEGY
from annotation.simulation.calibration import TARGETS
from annotation.simulation.pages import Cell, Page, ResultTable

POINTS = 0.03
"""Claims and intervals are to be right to three points."""

COVERAGE = 0.9
MEASURES = {"near": "within one point of the best", "best": "exactly the best"}
WORDS = {
    "holds": "Within 3 points",
    "cautious": "Right more often than claimed, by more than 3 points",
    "unclear": "Right less often than claimed by more than 3 points, yet the interval includes the claim",
    "too sure": "Right less often than claimed by more than 3 points, and the interval excludes the claim",
    "no stops": "No replay stopped before its pool or budget ended",
}


@dataclasses.dataclass(frozen=True)
class Claim:
    """A table's share right at one target; ``share`` None where no replay stopped."""

    table: str
    target: float
    n_stopped: int
    share: float | None
    low: float
    high: float

    @property
    def kind(self) -> str:
        """A key of ``WORDS``."""
        if self.share is None:
            return "no stops"
        if abs(self.share - self.target) <= POINTS + 1e-9:
            return "holds"
        if self.share > self.target:
            return "cautious"
        return "unclear" if self.high >= self.target else "too sure"

    @property
    def cell(self) -> str:
        """Share, number and kind, as the table shows it."""
        if self.share is None:
            return "–"
        return f"{self.share:.2f} of {self.n_stopped} ({self.low:.2f} to {self.high:.2f}): {self.kind}"


def overview_pages(pages: Sequence[Page]) -> list[Page]:
    """Return the page at the head: the default's calibration over all tables; none without such pages."""
    own = [page for page in pages if page.name == "calibration"]
    if not own:
        return []
    parts: list[str | ResultTable] = [
        f"Replays with `{DEFAULT_STRATEGY}` that stop as soon as the claim has been at a target through "
        "the last tenth of the verdicts, looking after every recorded one: share right, number stopped, "
        "95 % Wilson interval. Synthetic worlds are made to break the model. Details are in the calibration "
        "sections below."
    ]
    for measure, words in MEASURES.items():
        claims = [claim for page in own for claim in claims_of(page, measure)]
        if claims:
            columns = ("table", *(f"stop at {target:g}" for target in TARGETS))
            parts.append(f"Claim and truth: {words}.")
            parts.append(ResultTable(f"overview-{measure}", columns, _rows(claims)))
            parts.append(verdict_words(claims))
    covered = [row for page in own for row in coverages_of(page)]
    if covered:
        parts.append("Coverage of the 90 % intervals of the win rates, by the share of the pool judged:")
        parts.append(_coverage_table(covered))
        parts.append(coverage_words(covered))
    return [Page("overview", "Do the claims hold?", tuple(parts))]


def _tables(page: Page, suffix: str) -> list[ResultTable]:
    return [part for part in page.parts if isinstance(part, ResultTable) and part.stem.endswith(f"-{suffix}")]


def _name(table: ResultTable, suffix: str) -> str:
    return table.stem.removeprefix("calibration-").removesuffix(f"-{suffix}")


def claims_of(page: Page, measure: str) -> list[Claim]:
    """Return the default's claims on a calibration page, one per target; ``measure`` is near or best."""
    claims = []
    for table in _tables(page, measure):
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            if cells["strategy"] == DEFAULT_STRATEGY:
                n = int(cells["stopped"] or 0)
                low, _, high = str(cells["95 % interval"]).partition(" to ")
                ends = (float(low), float(high)) if n else (0.0, 1.0)
                share = float(cells["right"] or 0) if n else None
                claims.append(Claim(_name(table, measure), float(cells["stop at"] or 0), n, share, *ends))
    return claims


def _rows(claims: Sequence[Claim]) -> tuple[tuple[Cell, ...], ...]:
    names = dict.fromkeys(claim.table for claim in claims)
    at = {(claim.table, claim.target): claim.cell for claim in claims}
    return tuple((name, *(at.get((name, target)) for target in TARGETS)) for name in names)


def verdict_words(claims: Sequence[Claim]) -> str:
    """Return a list per kind of which tables and targets it holds for."""
    lines = []
    for kind, words in WORDS.items():
        found: dict[str, list[str]] = {}
        for claim in claims:
            if claim.kind == kind:
                found.setdefault(claim.table, []).append(f"{claim.target:g}")
        if found:
            listed = "; ".join(f"{table} ({', '.join(targets)})" for table, targets in found.items())
            lines.append(f"- {words}: {listed}.")
    return "\n".join(lines)


@dataclasses.dataclass(frozen=True)
class Covered:
    """Coverage of a table's intervals at a share of its pool."""

    table: str
    share: float
    coverage: float


def coverages_of(page: Page) -> list[Covered]:
    """Return the default's coverage on a calibration page, one per share of the pool."""
    found = []
    for table in _tables(page, "coverage"):
        for row in table.rows:
            cells = dict(zip(table.columns, row, strict=True))
            if cells["strategy"] == DEFAULT_STRATEGY:
                share, coverage = float(cells["share of pool"] or 0), float(cells["coverage"] or 0)
                found.append(Covered(_name(table, "coverage"), share, coverage))
    return found


def _coverage_table(covered: Sequence[Covered]) -> ResultTable:
    shares = sorted({c.share for c in covered})
    at = {(c.table, c.share): c.coverage for c in covered}
    names = dict.fromkeys(c.table for c in covered)
    rows = tuple((name, *(at.get((name, share)) for share in shares)) for name in names)
    return ResultTable("overview-coverage", ("table", *(f"{100 * share:g} %" for share in shares)), rows)


def coverage_words(covered: Sequence[Covered]) -> str:
    """Return which tables keep their intervals' promise at all shares, and where the others fail."""
    narrow = [c for c in covered if c.coverage < COVERAGE - POINTS - 1e-9]
    failing = {c.table for c in narrow}
    kept = [name for name in dict.fromkeys(c.table for c in covered) if name not in failing]
    lines = [f"- At least {100 * (COVERAGE - POINTS):g} % everywhere: {', '.join(kept) or 'no table'}."]
    if narrow:
        words = "; ".join(f"{c.table} at {100 * c.share:g} % ({c.coverage:.2f})" for c in narrow)
        lines.append(f"- Too narrow: {words}.")
    return "\n".join(lines)
