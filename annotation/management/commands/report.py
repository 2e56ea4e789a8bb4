"""Writes the report of a study to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotation.exceptions import SelectorError
from annotation.jobs.report import FORMATS, build_report
from annotation.models import Study


class Command(BaseCommand):
    """``manage.py report SLUG --out FILE [--format html|json|md]``."""

    help = "Write the report of a study: one self-contained HTML file, JSON, or Markdown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare slug, file and format."""
        parser.add_argument("slug", help="The study, as in its address.")
        parser.add_argument("--out", required=True, type=Path, help="File to write.")
        parser.add_argument(
            "--format",
            dest="report_format",
            help=f"One of {', '.join(FORMATS)}; by default what the file's name ends in, else html.",
        )

    def handle(self, *args: Any, slug: str, out: Path, report_format: str | None, **options: Any) -> None:
        """Write the file, or say in one line why not."""
        study = Study.objects.select_related("baseline").filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(f"There is no study {slug!r}. There are: {known or 'none'}.")
        ending = out.suffix.lstrip(".").lower()
        try:
            report = build_report(study, report_format or (ending if ending in FORMATS else "html"))
            out.write_text(report.text, encoding="utf-8")
        except SelectorError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror}") from error
        self.stdout.write(f"{out}: {len(report.text.encode()):,} bytes")
