"""Locks on files: held by a process, gone with it however it ends."""

import fcntl
from pathlib import Path
from typing import IO


def take_lock(path: Path) -> IO[str] | None:
    """Return the open lock file, or ``None`` when another process holds it. Closing the file lets it go.

    A record lock: forked children do not inherit it, so an orphan cannot keep its parent's lock alive.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def is_locked(path: Path) -> bool:
    """Whether another process holds the lock at this moment."""
    if not path.exists():
        return False
    lock = take_lock(path)
    if lock is None:
        return True
    lock.close()
    return False
