"""Makes an API token for somebody and prints its text once."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from annotation.exceptions import SelectorError
from annotation.services.tokens import SCOPES, token_create


class Command(BaseCommand):
    """Prints nothing but the token, so that scripts can keep it."""

    help = "Make an API token and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the owner, the scopes and the life of the token."""
        parser.add_argument("username", help="Whose token it is.")
        parser.add_argument("--name", default="command line", help="What it is for.")
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            choices=list(SCOPES),
            help="Repeat for several; all by default.",
        )
        parser.add_argument("--days", type=int, default=90, help="Days until it runs out; 0 for never.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"username: nobody here is called {options['username']!r}")
        if options["days"] < 0:
            raise CommandError(f"--days: {options['days']}, must be 0 (never runs out) or more")
        expires_at = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        try:
            _, text = token_create(
                user=user,
                name=options["name"],
                scopes=options["scopes"] or list(SCOPES),
                expires_at=expires_at,
            )
        except SelectorError as error:
            raise CommandError(error.message) from error
        self.stdout.write(text)
