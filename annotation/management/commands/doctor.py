"""``manage.py doctor``: what is wrong with this installation, and what to do."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from annotation.management.checkup import check_site


class Command(BaseCommand):
    """Prints one line per part of the site."""

    help = "Looks at database, migrations, workers, broker, disk and settings; exit code 1 if any needs care."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Report."""
        is_well = True
        for finding in check_site():
            mark = "!!" if finding.advice else "ok"
            self.stdout.write(f"{mark}  {finding.what}: {finding.state}")
            if finding.advice:
                is_well = False
                self.stdout.write(f"      {finding.advice}")
        if not is_well:
            sys.exit(1)
