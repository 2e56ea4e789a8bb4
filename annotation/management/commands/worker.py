"""``manage.py worker``: the embedded worker, for sites without a broker."""

import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from annotation.exceptions import SelectorError
from annotation.jobs.runs import LANES
from annotation.management.lane_worker import LaneWorker
from annotation.management.processes import die_with_supervisor


class Command(BaseCommand):
    """Does background work from the table of runs."""

    help = "Does background work without a broker; `manage.py up` starts one per lane."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the lanes to serve."""
        parser.add_argument(
            "--lane",
            choices=sorted(LANES),
            action="append",
            help="work to do; may be given twice. Without it: everything, one run after the other.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until a signal comes; a run in progress is given back."""
        if settings.CELERY_BROKER_URL:
            raise CommandError(
                "CELERY_BROKER_URL is set: start `celery -A selector_app worker -Q refresh,heavy` instead."
            )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        die_with_supervisor()
        worker = LaneWorker(options["lane"] or list(LANES))
        try:
            worker.start()
            worker.run_forever()
        except SelectorError as error:
            raise CommandError(error.message) from error
        except KeyboardInterrupt:
            return
        finally:
            worker.stop()
