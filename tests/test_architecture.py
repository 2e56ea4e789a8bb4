"""The house keeps its shape: sizes, walls and migrations."""

import ast
import statistics
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command

PROJECT = Path(__file__).resolve().parents[1]
PURE_MODULES = [
    "annotation.exceptions",
    "annotation.selection",
    "annotation.weak_judges",
    "annotation.ensembles",
    "annotation.simulation",
    "annotation.formats",
]
MAX_FILE_LINES, MEDIAN_FILE_LINES = 400, 150
MAX_FUNCTION_LINES, MEDIAN_FUNCTION_LINES = 50, 12
MAX_TASK_LINES = 5


def list_sources(*folders):
    paths = [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.parts]


SOURCES = list_sources("annotation", "selector_app")
EVERYTHING = [*SOURCES, *list_sources("tests")]


def list_functions(path):
    """Return (name, number of lines without the docstring) of every function in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, count_lines(node) - count_docstring(node)) for node in nodes]


def count_lines(node):
    return node.end_lineno - node.lineno + 1


def count_docstring(node):
    return count_lines(node.body[0]) if ast.get_docstring(node) else 0


def name(path):
    return str(path.relative_to(PROJECT))


def test_files_stay_small():
    sizes = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in EVERYTHING}
    assert {path: size for path, size in sizes.items() if size >= MAX_FILE_LINES} == {}
    in_use = [sizes[name(path)] for path in SOURCES if sizes[name(path)]]
    assert statistics.median(in_use) < MEDIAN_FILE_LINES


def test_functions_stay_small():
    sizes = {(name(path), function): size for path in SOURCES for function, size in list_functions(path)}
    assert {where: size for where, size in sizes.items() if size >= MAX_FUNCTION_LINES} == {}
    assert statistics.median(sizes.values()) < MEDIAN_FUNCTION_LINES


def test_nothing_is_put_off():
    mark = "TO" + "DO"
    marked = [name(path) for path in EVERYTHING if mark in path.read_text(encoding="utf-8")]
    assert marked == []


def test_importing_the_package_imports_nothing():
    assert (PROJECT / "annotation" / "__init__.py").read_bytes() == b""


@pytest.mark.parametrize("module", PURE_MODULES)
def test_pure_rooms_bring_no_framework_and_no_slow_library(module):
    heavy = ["django", "rest_framework", "celery", "redis", "nltk", "scipy.stats", "matplotlib", "pyarrow"]
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_tasks_are_thin():
    tree = ast.parse((PROJECT / "annotation" / "tasks.py").read_text(encoding="utf-8"))
    tasks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    assert len(tasks) >= 5
    sizes = {task.name: task.end_lineno - task.body[0].lineno + 1 for task in tasks}
    assert {task: size for task, size in sizes.items() if size > MAX_TASK_LINES} == {}


@pytest.mark.django_db
def test_migrations_match_the_models():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_locks_name_no_address_and_agree():
    pins = []
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (PROJECT / lock).read_text(encoding="utf-8")
        assert "http" not in text
        lines = text.splitlines()
        assert all(
            following.startswith("    --hash=sha256:") for line, following in pairwise(lines) if "==" in line
        )
        pins.append({line.rstrip(" \\") for line in lines if "==" in line})
    assert pins[0] <= pins[1]


@pytest.mark.parametrize("page", ["annotator.md", "lead.md", "operator.md", "developer.md"])
def test_every_audience_has_its_page(page):
    assert len((PROJECT / "docs" / page).read_text(encoding="utf-8").split()) > 100
