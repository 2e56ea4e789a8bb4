"""The vendored libraries are the files that their table names, byte for byte."""

import hashlib
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "static" / "vendor"
ROW = re.compile(r"^\| (\w+) \| ([\d.]+) \| ([\w.-]+) \| `([^`]+)` \| `([0-9a-f]{64})` \|$", re.M)
TABLE = {row[4]: row for row in ROW.finditer((FOLDER / "README.md").read_text(encoding="utf-8"))}


def test_the_table_names_every_file():
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}

    assert set(TABLE) == files - {"README.md"}


@pytest.mark.parametrize("name", TABLE)
def test_the_file_has_the_sum_of_the_table(name):
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == TABLE[name][5]


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("katex/LICENSE", "MIT License"),
        ("katex/fonts/OFL.txt", "SIL OPEN FONT LICENSE"),
    ],
)
def test_the_licence_lies_beside_the_library(licence, words):
    assert words in (FOLDER / licence).read_text(encoding="utf-8")


def test_the_style_sheets_name_only_files_that_are_here():
    sheets = sorted(FOLDER.rglob("*.css"))
    named = [
        (sheet.parent / url).resolve()
        for sheet in sheets
        for url in re.findall(r"url\(([^)]+)\)", sheet.read_text(encoding="utf-8"))
    ]

    assert len(sheets) == 1
    assert named
    assert [path for path in named if not path.is_file()] == []


def test_versions_in_the_table_are_those_in_the_files():
    katex = (FOLDER / "katex" / "katex.min.js").read_text(encoding="utf-8")

    assert f'"{TABLE["katex/katex.min.js"][2]}"' in katex
