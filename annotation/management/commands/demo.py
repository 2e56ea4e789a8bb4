"""``manage.py demo``: the whole site with the bundled study."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from annotation.exceptions import SelectorError
from annotation.management.serving import serve
from annotation.services.demo import PASSWORDS, SLUG, demo_create


class Command(BaseCommand):
    """Makes the demo study at the first start and serves the site until Ctrl-C."""

    help = "Like `up`, with a bundled study and two people who can log in. A second start keeps everything."

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up what is missing and serve."""
        call_command("migrate", interactive=False, verbosity=0)
        try:
            demo_create()
        except SelectorError as error:
            raise CommandError(error.message) from error
        lines = [f"    {name:<10} password {password}" for name, password in PASSWORDS.items()]
        pages = [f"  judge at /studies/{SLUG}/judge/, watch at /studies/{SLUG}/"]
        serve(self.stdout, welcome=["", "  Log in as", *lines, "", *pages])
