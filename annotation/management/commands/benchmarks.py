"""``manage.py benchmarks``: every benchmark of the project, and the page that reports them."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotation.exceptions import SelectorError
from annotation.management.commands.replay import count_realizations
from annotation.simulation.benchmark_list import FULL, QUICK
from annotation.simulation.benchmarks import BenchmarkRun, write_benchmarks


class Command(BaseCommand):
    """Generates ``docs/benchmarks.md``; what is finished already is not run again."""

    help = "Runs all benchmarks without a database and writes docs/benchmarks.md."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare where the data are and where results go."""
        root = Path(settings.BASE_DIR)
        data = os.environ.get("SELECTOR_DATA", str(root.parent / "shared" / "data"))
        parser.add_argument("--data", type=Path, default=Path(data), help="holds the folders of data")
        parser.add_argument("--work", type=Path, help="keeps realizations and tables, default var/benchmarks")
        parser.add_argument("--page", type=Path, help="default docs/benchmarks.md, with --quick inside WORK")
        parser.add_argument("--quick", action="store_true", help="every experiment, on a small table")
        parser.add_argument("--only", default="", help="experiments with commas, default: all")
        parser.add_argument("--realizations", type=int, default=0, help="at most so many, default: no cap")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn a refused value into a message."""
        root = Path(settings.BASE_DIR)
        work = options["work"] or root / "var" / ("benchmarks-quick" if options["quick"] else "benchmarks")
        page = options["page"] or (work if options["quick"] else root / "docs") / "benchmarks.md"
        only = {word for word in options["only"].split(",") if word}
        chosen = [b for b in (QUICK if options["quick"] else FULL) if not only or b.experiment in only]
        if not chosen:
            allowed = ", ".join(sorted({b.experiment for b in FULL}))
            raise CommandError(f"--only {options['only']}: allowed are {allowed}")
        if options["realizations"]:
            most = options["realizations"]
            chosen = [replace(b, realizations=min(b.realizations, most)) for b in chosen]
        run = BenchmarkRun(
            options["data"],
            work,
            seed=options["seed"],
            processes=options["processes"],
            progress=count_realizations,
            say=self.stdout.write,
        )
        command = describe_command(options)
        try:
            write_benchmarks(run, chosen, page, command)
        except SelectorError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Written to {page}")


def describe_command(options: dict[str, Any]) -> str:
    """Return the command line that repeats the run."""
    words = ["manage.py benchmarks"]
    words += ["--quick"] if options["quick"] else []
    words += [f"--{key} {options[key]}" for key in ("only", "realizations", "seed") if options[key]]
    return " ".join(words)
