"""Figures that the project sets itself, beside those that were measured."""

from __future__ import annotations

import dataclasses
from typing import Any

from annotation.simulation.experiments.bench import Bench, interval_words
from annotation.simulation.pages import Cell, Plot, ResultTable
from annotation.simulation.run import resolve_plan


@dataclasses.dataclass(frozen=True)
class Goal:
    """Verdicts to 90 % of replays.

    Attributes
    ----------
    key, words
        The figure of a summary, and what it is called.
    reference
        What LLM Selector by whole queries needed in an independent measurement with another tokenizer.
    least, aim
        What the default is to stay below: at least, and at best.
    """

    key: str
    words: str
    reference: int
    least: int
    aim: int


GOALS = {
    ("alpacaeval1", 400): (
        Goal("near_1", "within one point", 7844, 780, 520),
        Goal("identification", "exactly the best", 18179, 1800, 1200),
    )
}
"""By table and size of the pool."""


def goal_parts(bench: Bench, figures: dict[str, dict[str, Any]]) -> list[str | ResultTable | Plot]:
    """Return the table of figures to reach, where there are any for this table and pool."""
    pool, _, _ = resolve_plan(bench.table, bench.plan)
    goals = GOALS.get((bench.table.name, pool), ())
    if not goals:
        return []
    rows = [_row(goal, label, f) for goal in goals for label, f in figures.items()]
    columns = ("measure", "strategy", "verdicts", "95 % interval", "reference", "least", "aim", "reached")
    words = (
        "Figures to reach. Reference: `llm_selector_query` in an independent measurement with another "
        "tokenizer; least and aim: what the default is to stay below."
    )
    return [words, ResultTable(f"ablation-{bench.table.name}-goals", columns, tuple(rows))]


def _row(goal: Goal, label: str, figures: dict[str, Any]) -> tuple[Cell, ...]:
    spent = figures[f"verdicts_to_90_{goal.key}"]
    interval = figures[f"verdicts_to_90_{goal.key}_interval"]
    figures_to_reach = (goal.reference, goal.least, goal.aim)
    return (
        goal.words,
        label,
        spent,
        interval_words(interval),
        *figures_to_reach,
        reached(goal, spent, interval[1]),
    )


def reached(goal: Goal, spent: float | None, high: float | None) -> str:
    """Return which figure was reached, and which one by the whole interval."""
    if spent is None or spent > goal.least:
        return "no"
    word = "aim" if spent <= goal.aim else "least"
    figures = {"aim": goal.aim, "least": goal.least}
    sure = [name for name, figure in figures.items() if high is not None and high <= figure]
    if not sure:
        return word
    return f"{word} by the whole interval" if sure[0] == word else f"{word}; {sure[0]} by the whole interval"
