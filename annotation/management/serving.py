"""What ``up`` and ``demo`` share: one command that serves the whole site on this machine."""

import os
import secrets
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, OutputWrapper

from annotation.jobs.runs import LANES
from annotation.management.locks import take_lock
from annotation.management.supervisor import Child, Supervisor

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
N_PORTS_TRIED = 50


def serve(out: OutputWrapper, *, welcome: Sequence[str] = ()) -> None:
    """Migrate, start web and workers, print the address, and run until a signal comes."""
    address_file = Path(settings.VAR_DIR) / "run" / "up.lock"
    lock = take_lock(address_file)
    if lock is None:
        raise CommandError(
            f"Already running at {address_file.read_text().strip()} (Ctrl-C there stops it). "
            "Set SELECTOR_VAR to another folder for a second site."
        )
    with lock:
        # WhiteNoise warns about a folder that is missing, even where it needs nothing from it.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        call_command("migrate", interactive=False, verbosity=0)
        wanted = int(os.environ.get("PORT") or DEFAULT_PORT)
        port = find_port(wanted)
        url = f"http://{HOST}:{port}"
        lock.truncate(0)
        lock.write(f"{url}\n")
        lock.flush()

        def say(line: str) -> None:
            out.write(line)
            out.flush()

        def greet() -> None:
            moved = [] if port == wanted else [f"  (port {wanted} is taken)"]
            for line in ["", f"  LLM Selector runs at {url}", *moved, *welcome, "", "  Ctrl-C stops it.", ""]:
                say(line)

        supervisor = Supervisor(list_children(port), health_url=f"{url}/healthz", say=say)
        if not supervisor.run(greet):
            raise CommandError("Not started.")
        say("Stopped.")


def list_children(port: int) -> list[Child]:
    """Return the web server and one worker per lane, with a broker or without."""
    environment = {**os.environ, "HOST": HOST, "PORT": str(port)}
    environment.setdefault("SECRET_KEY", keep_secret(Path(settings.VAR_DIR) / "secret_key"))
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:selector_app.gunicorn", "selector_app.wsgi"]
    children = [Child("web", gunicorn, environment)]
    for lane in LANES:
        command = [sys.executable, "manage.py", "worker", "--lane", lane]
        if settings.CELERY_BROKER_URL:
            celery = [sys.executable, "-m", "celery", "-A", "selector_app", "worker"]
            command = [*celery, "-Q", lane, "-n", f"{lane}@%h", "--concurrency", "1", "--loglevel", "WARNING"]
        children.append(Child(f"worker ({lane})", command, environment))
    return children


def keep_secret(path: Path) -> str:
    """Return this installation's secret key, made at the first start and readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key + "\n")
    return key


def find_port(wanted: int) -> int:
    """Return the first port from ``wanted`` on that nobody listens at."""
    for port in range(wanted, min(wanted + N_PORTS_TRIED, 65536)):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((HOST, port))
            except OSError:
                continue
            return port
    raise CommandError(f"Ports {wanted} to {wanted + N_PORTS_TRIED - 1} are all taken; set PORT.")
