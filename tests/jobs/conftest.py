"""A study without rows, and files to import into it."""

import json

import pytest

from annotation.formats.records import as_source
from annotation.models import Study


@pytest.fixture
def empty():
    return Study.objects.create(slug="letters", name="Letters")


@pytest.fixture
def give(tmp_path):
    """Return a function that writes a file and returns it as a source."""

    def write(name, content):
        path = tmp_path / name
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return as_source(path)

    return write
