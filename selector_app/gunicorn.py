"""How gunicorn serves the site: ``gunicorn -c python:selector_app.gunicorn selector_app.wsgi``."""

import os
from typing import Any

from annotation.management.processes import die_with_supervisor

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Imported once, then forked: half the time to start, and the processes share that memory.
preload_app = True
# A large upload is streamed by its thread; only a process that does nothing at all is restarted.
timeout = 120
graceful_timeout = 5
loglevel = os.environ.get("GUNICORN_LOG_LEVEL", "warning")
# The heartbeat file must not lie on a disk that may be slow.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108


def when_ready(server: Any) -> None:
    """Let gunicorn end with the supervisor that started it, however that ended."""
    die_with_supervisor()
