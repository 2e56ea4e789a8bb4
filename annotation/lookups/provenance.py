"""What a result was made from: code, data and verdicts, as digests that anybody can compare."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from annotation.models import Response, Study, Verdict

PROJECT = Path(__file__).resolve().parents[2]


@cache
def code_version() -> str:
    """Return the version of the project, with the commit where the checkout has one."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    version = str(tomllib.loads(text)["project"]["version"])
    commit = commit_of(PROJECT / ".git")
    return f"{version} ({commit[:12]})" if commit else version


def commit_of(git: Path) -> str:
    """Return the commit that is checked out, read from git's own files; empty without any."""
    try:
        if git.is_file():
            git = (git.parent / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref:"):
            return head
        ref = head.removeprefix("ref:").strip()
        shared = git / "commondir"
        roots = [git, *([(git / shared.read_text(encoding="utf-8").strip())] if shared.is_file() else [])]
        for root in roots:
            if (root / ref).is_file():
                return (root / ref).read_text(encoding="utf-8").strip()
            if (root / "packed-refs").is_file():
                for line in (root / "packed-refs").read_text(encoding="utf-8").splitlines():
                    if line.endswith(f" {ref}"):
                        return line.split()[0]
    except OSError:
        return ""
    return ""


def _digest(rows: Iterable[tuple[Any, ...]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update("\x1f".join(map(str, row)).encode())
        digest.update(b"\x1e")
    return digest.hexdigest()


def data_hash(study: Study) -> str:
    """Return a digest of queries, candidates, responses and right labels, in whatever order they came."""
    rows = Response.objects.filter(query__study=study).values_list(
        "query__external_id", "candidate__name", "text_hash", "label"
    )
    gold = study.queries.exclude(gold="").values_list("external_id", "gold")
    return _digest([*sorted(rows.iterator()), *sorted(gold.iterator())])


def verdicts_hash(study: Study) -> str:
    """Return a digest of the standing verdicts, in the order in which they were given."""
    rows = (
        Verdict.standing.filter(study=study)
        .order_by("pk")
        .values_list(
            "comparison__query__external_id",
            "comparison__candidate__name",
            "annotator__username",
            "outcome",
            "label",
        )
    )
    return _digest(row if row[-1] else row[:-1] for row in rows.iterator())
