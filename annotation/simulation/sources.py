"""Which code a trace depends on, as a hash: traces kept by other code are never reused."""

from __future__ import annotations

import ast
import hashlib
import inspect
from functools import cache
from pathlib import Path

from annotation.selection import STRATEGIES

ROOM = "annotation.selection"
REPLAY = ("replay.py", "realizations.py", "tables.py")


@cache
def code_digest(strategy: str) -> str:
    """Return a short hash of the sources that decide a strategy's traces.

    Parameters
    ----------
    strategy
        A name in ``STRATEGIES``. Its own module counts, every module of the room that this one imports,
        theirs in turn, and the replay's own. Another strategy's module does not: improving one strategy
        leaves the kept realizations of the others as they are; so do comments, docstrings and layout.
    """
    here = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for source in [*strategy_sources(strategy), *(here / name for name in REPLAY)]:
        digest.update(code_of(source.read_text(encoding="utf-8")))
    return digest.hexdigest()[:12]


def code_of(text: str) -> bytes:
    """Return what a source does, without comments, layout and bare strings such as docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(body := getattr(node, "body", None), list):
            node.body = [part for part in body if not _is_bare_string(part)]  # type: ignore[attr-defined]
    return ast.dump(tree).encode()


def _is_bare_string(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def strategy_sources(strategy: str) -> list[Path]:
    """Return the files of the selection room that a strategy is made of, sorted."""
    room = Path(inspect.getfile(STRATEGIES[strategy])).resolve().parent
    found: set[Path] = set()
    waiting = [Path(inspect.getfile(STRATEGIES[strategy])).resolve()]
    while waiting:
        source = waiting.pop()
        if source not in found:
            found.add(source)
            waiting += _imported(source, room)
    return sorted(found)


def _imported(source: Path, room: Path) -> list[Path]:
    files = []
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ROOM):
            inside = (node.module or "").removeprefix(ROOM).lstrip(".")
            files.append(room / f"{inside.replace('.', '/') or '__init__'}.py")
    return files
