"""Starts the site's processes, keeps them running, and ends them together."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from types import FrameType

from annotation.management.processes import SUPERVISOR_VARIABLE

LOOK_SECONDS = 0.1
STOP_SECONDS = 10.0
HEALTHY_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 30.0
# A child that ran this long is taken for sound: its next death starts the backoff anew.
SOUND_SECONDS = 60.0


class Child:
    """One process that is started again, after growing pauses, whenever it ends."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._environment = {**environment, SUPERVISOR_VARIABLE: str(os.getpid())}
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_again_at = 0.0
        self._pause = 1.0

    @property
    def pid(self) -> int | None:
        """The process id, ``None`` while the child is not running."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process in a session of its own: Ctrl-C reaches the supervisor only, which ends it."""
        self._process = subprocess.Popen(  # noqa: S603
            self._command, env=self._environment, start_new_session=True
        )
        self._started_at = time.monotonic()

    def tend(self) -> str | None:
        """Start the process again if it ended and its pause is over; return what a person should know."""
        if self._process is None:
            if time.monotonic() >= self._start_again_at:
                self.start()
            return None
        code = self._process.poll()
        if code is None:
            return None
        now = time.monotonic()
        if now - self._started_at > SOUND_SECONDS:
            self._pause = 1.0
        self._process = None
        self._start_again_at = now + self._pause
        message = f"{self.name} ended (exit code {code}); starting it again in {self._pause:.0f} s"
        self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)
        return message

    def terminate(self) -> None:
        """Ask the process to end."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for the process to end until ``deadline`` (monotonic), then end it by force."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Supervisor:
    """Runs its children until a signal comes."""

    def __init__(self, children: Sequence[Child], *, health_url: str, say: Callable[[str], None]) -> None:
        self._children = list(children)
        self._health_url = health_url
        self._say = say
        self._is_stopping = False

    def run(self, on_healthy: Callable[[], None]) -> bool:
        """Return ``True`` after an orderly stop, ``False`` if the site never became healthy."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        deadline = time.monotonic() + HEALTHY_SECONDS
        is_healthy = False
        try:
            for child in self._children:
                child.start()
            while not self._is_stopping:
                for child in self._children:
                    message = child.tend()
                    if message:
                        self._say(message)
                if not is_healthy and is_answering(self._health_url):
                    is_healthy = True
                    on_healthy()
                if not is_healthy and time.monotonic() > deadline:
                    self._say(f"The site did not answer at {self._health_url}; its messages are above.")
                    return False
                time.sleep(LOOK_SECONDS)
            return True
        finally:
            self._end_children()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._is_stopping = True

    def _end_children(self) -> None:
        for child in self._children:
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children:
            child.end(deadline)


def is_answering(url: str) -> bool:
    """Whether the site at ``url`` says that it is well."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
