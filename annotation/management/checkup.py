"""What ``manage.py doctor`` looks at; each finding says what to do about it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from kombu.exceptions import OperationalError

from annotation.jobs.runs import LANES, Status
from annotation.management.lane_worker import lane_lock_path
from annotation.management.locks import is_locked
from annotation.models import BackgroundRun

LOW_DISK_BYTES = 2_000_000_000
LATE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``advice`` is empty when all is well."""

    what: str
    state: str
    advice: str = ""


def check_site() -> Iterator[Finding]:
    """Yield the findings, the database first: without it little else can be said."""
    database = check_database()
    yield database
    if not database.advice:
        migrations = check_migrations()
        yield migrations
        if not migrations.advice:
            yield check_waiting()
    yield from check_workers() if not settings.CELERY_BROKER_URL else check_celery()
    yield check_disk()
    yield check_settings()


def check_database() -> Finding:
    """Look whether the database answers."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return Finding(
            "database", f"does not answer: {error}", "Start it, or correct DATABASE_URL (empty means SQLite)."
        )
    return Finding("database", f"{connection.vendor} answers")


def check_migrations() -> Finding:
    """Look whether the tables are those of this version."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return Finding("migrations", f"{len(missing)} not applied", "Run: manage.py migrate")
    return Finding("migrations", "all applied")


def check_waiting() -> Finding:
    """Look whether work waits that nobody takes."""
    late = BackgroundRun.objects.filter(
        status=Status.QUEUED, created_at__lt=timezone.now() - LATE_AFTER
    ).count()
    failed = BackgroundRun.objects.filter(status=Status.FAILED).count()
    state = f"{late} waiting for more than two minutes, {failed} failed so far"
    advice = "Look whether workers run (below); long work may simply be in front of it." if late else ""
    return Finding("background work", state, advice)


def check_workers() -> Iterator[Finding]:
    """Look whether each lane has its embedded worker."""
    for lane in LANES:
        if is_locked(lane_lock_path(lane)):
            yield Finding(f"worker ({lane})", "runs")
        else:
            advice = (
                f"Start the site with: manage.py up. Or this worker alone: manage.py worker --lane {lane}"
            )
            yield Finding(f"worker ({lane})", "does not run", advice)


def check_celery() -> Iterator[Finding]:
    """Look whether the broker answers and which queues have a Celery worker."""
    try:
        with current_app.connection(settings.CELERY_BROKER_URL) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
            queues = current_app.control.inspect(timeout=2, connection=broker).active_queues() or {}
    except (OperationalError, OSError) as error:
        yield Finding("broker", f"does not answer: {error}", "Start Redis, or correct CELERY_BROKER_URL.")
        return
    yield Finding("broker", "answers")
    served = {queue["name"] for worker_queues in queues.values() for queue in worker_queues}
    for lane in LANES:
        if lane in served:
            yield Finding(f"worker ({lane})", "runs")
        else:
            advice = f"Start: celery -A selector_app worker -Q {lane}"
            yield Finding(f"worker ({lane})", "does not answer", advice)


def check_disk() -> Finding:
    """Look whether there is room for uploads and exports."""
    folder = Path(settings.VAR_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    advice = f"Make room on the disk of {folder}, or set SELECTOR_VAR." if free < LOW_DISK_BYTES else ""
    return Finding("disk", f"{free / 1e9:.1f} GB free at {folder}", advice)


def check_settings() -> Finding:
    """Name the settings in force; the production ones have checked themselves by now."""
    module = settings.SETTINGS_MODULE
    if settings.DEBUG:
        return Finding(
            "settings", f"{module}, with DEBUG", "Unset DEBUG: error pages show texts to everybody."
        )
    return Finding("settings", module)
