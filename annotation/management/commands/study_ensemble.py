"""``manage.py study_ensemble``: builds an ensemble from a study's labels or verdicts and keeps the run."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from annotation.ensembles.aggregation import RULES
from annotation.ensembles.estimators import ESTIMATOR_NAMES
from annotation.ensembles.greedy import OBJECTIVES
from annotation.exceptions import SelectorError
from annotation.jobs.runner import run_job
from annotation.lookups.ensemble_view import EnsembleView, view_ensemble
from annotation.lookups.ensembles import ensemble_document, ensemble_rows
from annotation.models import BackgroundRun, Study
from annotation.rendering.numbers import nats
from annotation.services.ensembles import ensemble_queue

if TYPE_CHECKING:
    from annotation.lookups.ensemble_findings import StepView
    from annotation.models import EnsembleRun

WAIT_SECONDS = 0.5
UNFINISHED = (BackgroundRun.Status.QUEUED, BackgroundRun.Status.RUNNING)
WISHES = ("size", "money", "objective", "rule", "estimator", "seed", "n_validations", "candidates")


class Command(BaseCommand):
    """Builds in this process, unless a worker is quicker to take the run up."""

    help = "Builds an ensemble from a study's labels or verdicts, and keeps it with those of its pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("slug", help="of the study")
        parser.add_argument("--size", type=int, help="most members, default 5")
        parser.add_argument("--money", type=float, help="most money per query; prices are those of the pool")
        parser.add_argument("--objective", help=f"one of {', '.join(OBJECTIVES)}")
        parser.add_argument("--rule", help=f"auto or one of {', '.join(RULES)}")
        parser.add_argument("--estimator", help=f"one of {', '.join(ESTIMATOR_NAMES)}")
        parser.add_argument("--seed", type=int, help="default: the study's")
        parser.add_argument("--validations", dest="n_validations", type=int, metavar="N", help="default 2")
        parser.add_argument("--candidates", nargs="+", metavar="NAME", help="to choose from, default: all")
        parser.add_argument("--no-early-stop", action="store_true", help="members up to the limit")
        parser.add_argument("--out", type=Path, metavar="DIR", help="folder of run.json and ensemble.json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, print what was found, or say in words why not."""
        study = Study.objects.select_related("baseline").filter(slug=options["slug"]).first()
        if study is None:
            raise CommandError(f"slug: there is no study {options['slug']!r}")
        wish = {name: options[name] for name in WISHES if options[name] is not None}
        try:
            row = ensemble_queue(study=study, user=None, stops_early=not options["no_early_stop"], **wish)
        except SelectorError as error:
            raise CommandError(error.message) from error
        row = finished(study, row)
        view = view_ensemble(row)
        if view.findings is None:
            raise CommandError(f"run {row.pk}: {row.run.message}")
        self.report(view)
        if options["out"] is not None:
            self.write(row, view, options["out"])

    def report(self, view: EnsembleView) -> None:
        """Print the answer and the steps."""
        found = view.findings
        assert found is not None  # noqa: S101 - the caller looked, for the type checker
        self.stdout.write(f"{found.sentence}\n{found.evidence}\n")
        self.stdout.write(f"Members: {', '.join(member.candidate for member in found.members)}")
        for step in found.steps:
            self.stdout.write(step_line(step))
        self.stdout.write(f"Kept as run {view.id}.")

    def write(self, row: EnsembleRun, view: EnsembleView, out: Path) -> None:
        """Write what the page shows, and the fitted ensemble where there is one."""
        files = {"run.json": json.dumps(view.as_dict(), indent=2, ensure_ascii=False) + "\n"}
        if view.has_file:
            files["ensemble.json"] = ensemble_document(row)[1]
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (out / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"--out: {out} cannot be written: {error.strerror}") from error
        self.stdout.write(f"Written to {out}: {', '.join(files)}")


def finished(study: Study, row: EnsembleRun) -> EnsembleRun:
    """Do the run's work, or wait for the worker that does it; return the row as it is then."""
    run_job(row.run_id)
    while BackgroundRun.objects.filter(pk=row.run_id, status__in=UNFINISHED).exists():
        time.sleep(WAIT_SECONDS)
        run_job(row.run_id)
    return ensemble_rows(study).get(pk=row.pk)


def step_line(step: StepView) -> str:
    """Return a step in one line."""
    mark = "*" if step.is_member else " "
    terms = f"relevance {nats(step.relevance)} − redundancy {nats(step.redundancy)}"
    return (
        f"{step.position:3d} {mark} {step.candidate}: gain {nats(step.gain)} ± {nats(step.noise)} nats = "
        f"{terms} + complementarity {nats(step.complementarity)}"
    )
