"""``manage.py export_study``: a study's verdicts or leaderboard as a file or on standard output."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.exceptions import SelectorError
from annotation.jobs.export_study import ExportFormat, export_lines, parse_export_format
from annotation.models import Study


class Command(BaseCommand):
    """Writes at once and in this process, row by row."""

    help = "Exports a study: its verdicts as JSON lines or CSV, or its leaderboard as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("slug", help="of the study")
        parser.add_argument(
            "--format", default=ExportFormat.VERDICTS_JSONL, help=f"one of {', '.join(ExportFormat)}"
        )
        parser.add_argument("--out", type=Path, metavar="FILE", help="standard output when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, or say in words why not."""
        study = Study.objects.select_related("baseline").filter(slug=options["slug"]).first()
        if study is None:
            raise CommandError(f"slug: there is no study {options['slug']!r}")
        try:
            lines = export_lines(study, parse_export_format(options["format"]))
        except SelectorError as error:
            raise CommandError(error.message) from error
        if options["out"] is None:
            self.stdout.writelines(lines)
            return
        try:
            with options["out"].open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(lines)
        except OSError as error:
            raise CommandError(f"--out: {options['out']} cannot be written: {error.strerror}") from error
