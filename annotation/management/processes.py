"""Processes that must not outlive the one that started them."""

import os
import signal
import threading
import time

SUPERVISOR_VARIABLE = "SELECTOR_SUPERVISOR"
LOOK_SECONDS = 0.5
GRACE_SECONDS = 8.0


def die_with_supervisor() -> bool:
    """Watch the supervisor that started this process, if one did, and end when it is gone.

    A look at the parent's id works after ``kill -9`` too and needs nothing of the operating system.
    """
    supervisor = os.environ.get(SUPERVISOR_VARIABLE, "")
    if not supervisor:
        return False
    if supervisor != str(os.getppid()):
        if _is_alive(int(supervisor)):
            return False  # somebody below a supervised process started this one by hand
        # The supervisor was killed while this process was still starting.
        raise SystemExit(f"The supervisor {supervisor} that started this process is gone.")
    threading.Thread(target=_watch, args=(int(supervisor),), name="supervisor-watch", daemon=True).start()
    return True


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
