"""``manage.py replay``: strategies on a complete outcome table, no database."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.exceptions import SelectorError
from annotation.simulation.loading import open_table
from annotation.simulation.run import ReplayPlan, resolve_plan, run_replay
from annotation.simulation.tables import OutcomeTable
from annotation.simulation.weak_tensors import add_weak_judges


class Command(BaseCommand):
    """Replays strategies in parallel processes and writes figures, curves and plots."""

    help = "Replays selection strategies on a complete outcome table, without a database."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the data, the strategies and the size of the replay."""
        parser.add_argument("data", metavar="DATA_DIR", help="folder, or synthetic:<world>")
        parser.add_argument("--judge", default="", help="whose outcomes, when there are several judges")
        parser.add_argument("--baseline", default="", help="labelled data: default is the median accuracy")
        parser.add_argument("--strategy", required=True, help="names with commas; name:key=value sets one")
        parser.add_argument("--realizations", type=int, default=100, help="number of sub-pools drawn")
        parser.add_argument("--pool", type=int, default=0, help="queries per sub-pool, default 400 or all")
        parser.add_argument("--budget", type=int, default=0, help="verdicts, default: the whole pool")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--batch", type=int, default=1, help="comparisons asked for at once")
        parser.add_argument("--every", type=int, default=0, help="verdicts between checkpoints, 0 chooses")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--cache", type=Path, help="keeps weak outcomes, default: inside OUT")
        parser.add_argument("--no-weak-judges", action="store_true", help="strategies get no weak outcomes")
        parser.add_argument("--out", type=Path, required=True, help="folder of the results")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn a refused value into a message."""
        try:
            table = open_table(options["data"], options["judge"], options["baseline"], options["seed"])
            plan = make_plan(options)
            resolve_plan(table, plan)
            if needs_weak_judges(table, plan) and not options["no_weak_judges"]:
                cache = options["cache"] or options["out"]
                with progress_bar("weak judges", 100, "%") as bar:
                    table = add_weak_judges(table, Path(options["data"]), cache, progress=fraction_of(bar))
            content = run_replay(table, plan, options["out"], count_realizations)
        except SelectorError as error:
            raise CommandError(error.message) from error
        self.report(content, options["out"])

    def report(self, content: dict[str, Any], out: Path) -> None:
        """Print the thresholds of every strategy."""
        for name, figures in content["strategies"].items():
            exact, near = (figures[f"verdicts_to_90_{key}"] for key in ("identification", "near_1"))
            self.stdout.write(
                f"{name}: 90 % of replays right after {exact or 'more than the budget'} verdicts, "
                f"within one point after {near or 'more than the budget'}"
            )
        self.stdout.write(f"Written to {out}")


def make_plan(options: dict[str, Any]) -> ReplayPlan:
    """Turn the command's options into a plan."""
    return ReplayPlan(
        strategies=tuple(word.strip() for word in options["strategy"].split(",") if word.strip()),
        n_realizations=options["realizations"],
        **{key: options[key] for key in ("pool", "budget", "seed", "every", "batch", "processes")},
    )


def needs_weak_judges(table: OutcomeTable, plan: ReplayPlan) -> bool:
    """Whether any strategy could look at weak outcomes; a random order never does."""
    if table.is_labelled or table.weak_outcomes is not None:
        return False
    return any(not name.startswith("random") for name in plan.strategies)


def progress_bar(words: str, total: int, unit: str = "it") -> "tqdm[Any]":
    """Return a bar on standard error."""
    return tqdm(total=total, desc=words, unit=unit, mininterval=0.5)


def count_realizations(total: int) -> Callable[[], None]:
    """Return what moves a new bar by one realization, closing it after the last."""
    bar = progress_bar("realizations", total)

    def advance() -> None:
        bar.update(1)
        if bar.n >= total:
            bar.close()

    return advance


def fraction_of(bar: "tqdm[Any]") -> Callable[[float, str], None]:
    """Return what moves a bar of 100 steps to a fraction."""

    def move(fraction: float, words: str) -> None:
        bar.update(int(100 * fraction) - bar.n)

    return move
