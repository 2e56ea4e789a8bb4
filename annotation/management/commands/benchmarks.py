"""``manage.py benchmarks``: every benchmark of the project, and the page that reports them."""

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.exceptions import SelectorError
from annotation.management.commands.replay import progress_bar
from annotation.simulation.benchmark_list import FULL, QUICK
from annotation.simulation.benchmarks import Benchmark, BenchmarkRun, write_benchmarks


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
        parser.add_argument("--page", type=Path, help="default docs/benchmarks.md; of a part: in WORK")
        parser.add_argument("--quick", action="store_true", help="every experiment, on a small table")
        parser.add_argument("--only", default="", help="experiments or benchmarks with commas, see --list")
        parser.add_argument("--list", action="store_true", help="name the benchmarks and run none")
        parser.add_argument("--cached", action="store_true", help="write the page of what is kept, run none")
        parser.add_argument("--realizations", type=int, default=0, help="at most so many, default: no cap")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, and turn a refused value into a message."""
        root = Path(settings.BASE_DIR)
        work = options["work"] or root / "var" / ("benchmarks-quick" if options["quick"] else "benchmarks")
        is_part = options["quick"] or options["only"]
        page = options["page"] or (work if is_part else root / "docs") / "benchmarks.md"
        chosen = choose_benchmarks(QUICK if options["quick"] else FULL, options["only"])
        if options["list"]:
            self.stdout.write("\n".join(f"{b.name} ({b.realizations} realizations)" for b in chosen))
            return
        if options["realizations"]:
            most = options["realizations"]
            chosen = [replace(b, realizations=min(b.realizations, most)) for b in chosen]
        run = BenchmarkRun(
            options["data"],
            work,
            seed=options["seed"],
            processes=options["processes"],
            progress=GrowingBar().grow,
            say=self.stdout.write,
            is_kept_only=options["cached"],
        )
        work.mkdir(parents=True, exist_ok=True)
        try:
            write_benchmarks(run, chosen, page, describe_command(options))
        except SelectorError as error:
            raise CommandError(error.message) from error
        except KeyboardInterrupt as error:
            raise CommandError("stopped; the same command goes on from what is kept") from error
        self.stdout.write(f"Written to {page}")


class GrowingBar:
    """One bar for all benchmarks, which learns how long it is as they begin."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._bar: tqdm[Any] | None = None

    def grow(self, total: int) -> Callable[[], None]:
        """Make room for so many realizations and return what moves the bar by one."""
        with self._lock:
            if self._bar is None:
                self._bar = progress_bar("realizations", 0)
            self._bar.total = (self._bar.total or 0) + total
        return self._advance

    def _advance(self) -> None:
        with self._lock:
            if self._bar is not None:
                self._bar.update(1)


def choose_benchmarks(benchmarks: Sequence[Benchmark], only: str) -> list[Benchmark]:
    """Return the benchmarks whose name or experiment is among the words, all without any.

    Raises
    ------
    CommandError
        For a word that names none; the message lists those that exist.
    """
    words = [word.strip() for word in only.split(",") if word.strip()]
    for word in words:
        if not any(word in (b.name, b.experiment) for b in benchmarks):
            known = {b.experiment for b in benchmarks}, {b.name for b in benchmarks}
            allowed = ", ".join(name for names in known for name in sorted(names))
            raise CommandError(f"--only {word}: allowed are {allowed}")
    return [b for b in benchmarks if not words or b.name in words or b.experiment in words]


def describe_command(options: dict[str, Any]) -> str:
    """Return the command line that repeats the run."""
    words = ["manage.py benchmarks"]
    words += [f"--{key}" for key in ("quick", "cached") if options[key]]
    words += [f"--{key} {options[key]}" for key in ("only", "realizations", "seed") if options[key]]
    return " ".join(words)
