"""What every experiment is given, and what they share."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from annotation.simulation import summary
from annotation.simulation.pages import Cell
from annotation.simulation.parallel import Runner
from annotation.simulation.replay import ReplaySettings, Trace
from annotation.simulation.run import Progress, ReplayPlan, Worlds, resolve_plan, run_traces
from annotation.simulation.tables import OutcomeTable

QUERY_GRAINED_FIRST = ("llm_selector_query", "llm_selector")


@dataclasses.dataclass(frozen=True, eq=False)
class Bench:
    """A table, a plan and where its realizations are kept.

    Parameters
    ----------
    table
        The outcomes that answer instead of people.
    plan
        Strategies and sizes; experiments change single fields of it.
    kept
        Keeps finished realizations; several benches may share it.
    folder
        Where the table was read from, when it was: some experiments look for single votes there.
    progress, runner
        As in :func:`annotation.simulation.run.run_traces`.
    whole
        Strategies replayed to the end of the pool besides, whatever the plan's budget: yardsticks.
    worlds
        Makes a new table for each realization, where the table is one of a law's many: figures of a law do
        not hang on one draw of it.
    """

    table: OutcomeTable
    plan: ReplayPlan
    kept: Path
    folder: Path | None = None
    progress: Progress | None = None
    runner: Runner | None = None
    whole: tuple[str, ...] = ()
    worlds: Worlds | None = None

    def run(
        self, table: OutcomeTable | None = None, *, is_fresh: bool = False, **changes: Any
    ) -> dict[str, tuple[ReplaySettings, list[Trace]]]:
        """Replay with some fields of the plan changed, on another table, else on fresh worlds if wanted."""
        plan = dataclasses.replace(self.plan, **changes)
        worlds = self.worlds if is_fresh and table is None else None
        return run_traces(table or self.table, plan, self.kept, self.progress, self.runner, worlds)

    def summarise(self, results: dict[str, tuple[ReplaySettings, list[Trace]]]) -> dict[str, dict[str, Any]]:
        """Return the figures of each strategy."""
        return {
            label: summary.summarise_strategy(settings, traces, self.plan.seed)
            for label, (settings, traces) in results.items()
        }

    def describe(self, *, is_fresh: bool = False, **changes: Any) -> str:
        """Return the sentence that states data, sizes, seed, intervals and machine; changes as in `run`."""
        plan = dataclasses.replace(self.plan, **changes)
        pool, budget, _ = resolve_plan(self.table, plan)
        table, machine = self.table, summary.describe_hardware()
        is_fresh &= self.worlds is not None
        which = "a new world for each realization" if is_fresh else f"digest `{table.digest()}`"
        is_whole = pool == table.n_queries and not is_fresh
        judge = f", judge `{table.judge}`" if table.judge else ""
        unit = "queries" if table.is_labelled else "verdicts"
        same = " The pool is the whole table: realizations differ in seeds only." if is_whole else ""
        return (
            f"Data: `{table.name}`{judge} ({which}), {table.n_candidates} candidates "
            f"against `{table.baseline}`, {table.n_queries} queries. {plan.n_realizations} realizations of "
            f"{pool} queries, budget {budget:,} {unit}, seed {plan.seed}. Intervals: 95 %, by bootstrap over "
            f"realizations unless stated. Machine: {machine['cpu']}, {machine['cores']} cores, Python "
            f"{machine['python']}, numpy {machine['numpy']}.{same}"
        )

    def preferred(self, *names: str) -> str:
        """Return the first of the names that the plan has, or the plan's first strategy."""
        return next((name for name in names if name in self.plan.strategies), self.plan.strategies[0])


def interval_words(interval: list[float | None]) -> Cell:
    """Return an interval of verdicts as words; None is an end beyond the budget."""
    low, high = (None if end is None else f"{end:,.0f}" for end in interval)
    return "beyond the budget" if low is None else f"{low} to {high or 'beyond'}"
