"""Runs the pure rooms' tests where no framework can be imported; takes pytest's options.

The wall between the mathematics and the site holds only as long as somebody runs into it.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path

import pytest

ROOMS = ("selection", "weak_judges", "ensembles", "simulation", "formats")
SITE = ("django", "rest_framework", "celery", "kombu", "redis", "whitenoise", "gunicorn", "psycopg")
FORBIDDEN = frozenset({*SITE, "drf_spectacular", "django_htmx", "markdown_it", "nh3", "dj_database_url"})
PROJECT = Path(__file__).resolve().parents[1]


class Wall(MetaPathFinder):
    """Stands first among the finders and turns frameworks away."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> None:
        """Refuse what is forbidden, leave the rest to the other finders."""
        if fullname.partition(".")[0] in FORBIDDEN:
            raise ModuleNotFoundError(f"{fullname} is not to be had in a pure room", name=fullname)


def main() -> int:
    """Run pytest on the rooms that have tests."""
    sys.meta_path.insert(0, Wall())
    sys.path.insert(0, str(PROJECT))
    folders = [str(folder) for room in ROOMS if (folder := PROJECT / "tests" / room).is_dir()]
    config = ["-c", str(PROJECT / "tests" / "pure.ini"), "--rootdir", str(PROJECT), "-p", "no:django"]
    return int(pytest.main([*config, *sys.argv[1:], *folders]))


if __name__ == "__main__":
    sys.exit(main())
