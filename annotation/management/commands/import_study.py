"""``manage.py import_study``: files into a study, at once and in this process."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotation.exceptions import InvalidValueError, SelectorError
from annotation.formats.detection import FileFormat, expand_paths
from annotation.formats.merge_report import MergeReport
from annotation.jobs.importing import (
    CheckedImport,
    ImportOptions,
    ImportRefusedError,
    check_import,
    write_import,
)
from annotation.models import Study
from annotation.services.studies import study_create


class Command(BaseCommand):
    """Checks the files, makes the study where there is none, writes, and prints the merge report."""

    help = (
        "Imports queries and responses: evaluation folders of texts or labels, long rows (JSON lines, "
        "CSV, Parquet), AlpacaEval outputs. Twice the same files change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
        parser.add_argument("--study", required=True, metavar="SLUG", help="made when there is none")
        parser.add_argument("--name", default="", help="of a new study; the slug when left out")
        parser.add_argument("--owner", default="", metavar="USERNAME", help="leads a new study")
        parser.add_argument(
            "--kind",
            choices=["auto", *Study.Kind.values],
            default="auto",
            help="of a new study; found out from the files when left out",
        )
        parser.add_argument("--baseline", default="", metavar="NAME", help="candidate to compare with")
        parser.add_argument("--strict", action="store_true", help="import nothing when any row is refused")
        parser.add_argument(
            "--replace", action="store_true", help="overwrite changed responses that nobody judged"
        )
        parser.add_argument("--format", default="", help=f"read all files as: {', '.join(FileFormat)}")
        parser.add_argument(
            "--add-queries", action="store_true", help="let the first AlpacaEval file add queries"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, or say in words why not."""
        try:
            report = self._import(options)
        except ImportRefusedError as error:
            self._print(error.report)
            raise CommandError(error.message) from error
        except SelectorError as error:
            raise CommandError(error.message) from error
        self._print(report)
        changed = "Imported." if report.has_changes else "Nothing changed: everything was there already."
        self.stdout.write(self.style.SUCCESS(changed))

    def _import(self, options: dict[str, Any]) -> MergeReport:
        study = Study.objects.select_related("baseline").filter(slug=options["study"]).first()
        owner: Any = None if study else find_owner(options["owner"])
        chosen = ImportOptions(
            baseline=options["baseline"],
            format_name=options["format"],
            is_strict=options["strict"],
            is_replacing=options["replace"],
            is_adding_queries=options["add_queries"],
            kind="" if study else options["kind"],
        )
        bar: tqdm[NoReturn] = tqdm(total=1.0, bar_format="{l_bar}{bar}|{postfix}", disable=None)
        with bar:

            def show(share: float, message: str) -> None:
                bar.set_postfix_str(message, refresh=False)
                bar.update(share - bar.n)

            checked = take_suggestion(
                check_import(study, expand_paths(options["paths"]), chosen, on_progress=show)
            )
            if study is None:
                name = options["name"] or options["study"]
                study = study_create(user=owner, name=name, slug=options["study"], kind=checked.kind)
            report = write_import(study, checked, on_progress=show)
        if study.kind == Study.Kind.LABELLED and study.baseline:
            self.stdout.write(f"baseline: {study.baseline.name}")
        return report

    def _print(self, report: MergeReport) -> None:
        for line in report.to_lines():
            self.stdout.write(line)
        if report.suggested_baseline:
            self.stdout.write(f"baseline: {report.suggested_baseline}, which alone has no outcomes")


def find_owner(username: str) -> Any:
    """Return the person who is to lead a new study.

    Raises
    ------
    InvalidValueError
        When nobody was named, or nobody has that name.
    """
    if not username:
        raise InvalidValueError("--owner: a new study needs somebody who leads it")
    person = get_user_model().objects.filter(username=username, is_active=True).first()
    if person is None:
        raise InvalidValueError(f"--owner: nobody here is called {username!r}")
    return person


def take_suggestion(checked: CheckedImport) -> CheckedImport:
    """Make the suggested baseline the chosen one; there is a suggestion only where nobody chose."""
    suggested = checked.report.suggested_baseline
    return replace(checked, options=replace(checked.options, baseline=suggested)) if suggested else checked
