"""``manage.py experiment``: one experiment on one table, no database."""

import argparse
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.exceptions import SelectorError
from annotation.management.commands.replay import count_realizations, fraction_of, progress_bar
from annotation.simulation.benchmarks import known_strategies
from annotation.simulation.experiments import EXPERIMENTS, Bench
from annotation.simulation.loading import is_synthetic, open_table, worlds_of
from annotation.simulation.pages import write_page
from annotation.simulation.run import ReplayPlan
from annotation.simulation.weak_tensors import add_weak_judges


class Command(BaseCommand):
    """Writes the tables, plots and page of an experiment."""

    help = "Runs one experiment on a complete outcome table, without a database."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the experiment, the data and the sizes."""
        parser.add_argument("name", choices=sorted(EXPERIMENTS), help="which experiment")
        parser.add_argument("data", metavar="DATA", help="folder of evaluation data, or synthetic:<world>")
        parser.add_argument("--judge", default="", help="whose outcomes, when there are several judges")
        parser.add_argument("--baseline", default="", help="labelled data: default is the median accuracy")
        parser.add_argument("--strategy", default="*", help="names with commas, default: all that fit")
        parser.add_argument("--realizations", type=int, default=20, help="number of sub-pools drawn")
        parser.add_argument("--pool", type=int, default=0, help="queries per sub-pool, default 400 or all")
        parser.add_argument("--budget", type=int, default=0, help="verdicts, default: the whole pool")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--cache", type=Path, help="keeps weak outcomes, default: inside OUT")
        parser.add_argument("--out", type=Path, required=True, help="folder of the results")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn a refused value into a message."""
        try:
            bench = make_bench(options)
            page = write_page(EXPERIMENTS[options["name"]](bench), options["out"])
        except SelectorError as error:
            raise CommandError(error.message) from error
        self.stdout.write(page.read_text(encoding="utf-8"))
        self.stdout.write(f"Written to {page}")


def make_bench(options: dict[str, Any]) -> Bench:
    """Read the data and the plan that the options name."""
    table = open_table(options["data"], options["judge"], options["baseline"], options["seed"])
    folder = None if is_synthetic(options["data"]) else Path(options["data"])
    if folder is not None and not table.is_labelled:
        with progress_bar("weak judges", 100, "%") as bar:
            cache = options["cache"] or options["out"]
            table = add_weak_judges(table, folder, cache, progress=fraction_of(bar))
    words = [word.strip() for word in options["strategy"].split(",") if word.strip()]
    plan = ReplayPlan(
        strategies=known_strategies(words, table) if "*" in words else tuple(words),
        n_realizations=options["realizations"],
        **{key: options[key] for key in ("pool", "budget", "seed", "processes")},
    )
    worlds = worlds_of(options["data"], options["seed"])
    return Bench(table, plan, options["out"] / "realizations", folder, count_realizations, worlds=worlds)
