"""``manage.py up``: the whole site with one command."""

from typing import Any

from django.core.management.base import BaseCommand

from annotation.management.serving import serve


class Command(BaseCommand):
    """Serves the site and does its background work until Ctrl-C."""

    help = "Migrates, then serves the site and does its background work on this machine. PORT sets the port."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve."""
        serve(self.stdout)
