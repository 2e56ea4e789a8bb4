"""The Celery application; workers start with ``celery -A selector_app worker -Q refresh,heavy``."""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.contrib.django.task import DjangoTask
from celery.result import AsyncResult, EagerResult
from celery.utils.log import get_task_logger
from django.conf import settings
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "selector_app.settings.prod")

SWEEP_SECONDS = 5.0
logger = get_task_logger(__name__)


class WakeUpTask(DjangoTask[Any, Any]):
    """A task whose message may be left out: the embedded workers, without a broker, look at the table."""

    def apply_async(
        self, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any
    ) -> AsyncResult[Any] | EagerResult[Any]:
        """Send the wake-up if there is a broker to send it through."""
        if self.app.conf.task_always_eager:
            return self.apply(args, kwargs)
        if settings.CELERY_BROKER_URL:
            return super().apply_async(args, kwargs, *rest, **options)
        return EagerResult("no-broker", None, "PENDING")


class Sweeper(bootsteps.StartStopStep):
    """Asks for a sweep at the worker's start and every few seconds.

    A timer of the worker itself, since ``celery beat`` would need a schedule file and must never run twice.
    Here every worker sends its own: sweeps may overlap, and the workers share the reading of the table.
    It only sends a message, so that the parent of forked processes never opens the database.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, consumer: Any) -> None:
        """Begin when the connection stands, and again after each reconnection."""
        self._send(consumer.app)
        self._timer = consumer.timer.call_repeatedly(SWEEP_SECONDS, self._send, (consumer.app,))

    def stop(self, consumer: Any) -> None:
        """End with the connection."""
        self._timer.cancel()

    def _send(self, celery_app: Celery) -> None:
        try:
            # Unread sweeps of a busy worker expire instead of piling up.
            celery_app.send_task("annotation.sweep", expires=SWEEP_SECONDS, retry=False)
        except OperationalError as error:
            logger.warning("No sweep this time, the broker does not answer: %s", error)


app = Celery("selector_app", task_cls=WakeUpTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add(Sweeper)
