"""Fixtures shared by all tests: three fixed people, a study, a seeded generator."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that every test gets in the same state."""
    return np.random.default_rng(20_261_124)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real evaluation tables; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("SELECTOR_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("evaluation data absent: set SELECTOR_DATA")
    return folder


@pytest.fixture(autouse=True)
def no_stale_pools():
    """Rolled-back tests use keys again; what is kept in memory per key must not outlive a test."""
    yield
    arrays = sys.modules.get("annotation.lookups.arrays")
    if arrays is not None:
        arrays._pool_arrays.cache_clear()
    labels = sys.modules.get("annotation.lookups.labels")
    if labels is not None:
        labels._choices.cache_clear()


@pytest.fixture
def lead_user(db):
    """Leads the ``study``."""
    from tests.factories import make_user

    return make_user("lead")


@pytest.fixture
def annotator_user(db):
    """Judges in the ``study``."""
    from tests.factories import make_user

    return make_user("annotator")


@pytest.fixture
def outsider_user(db):
    """Has an account and no study."""
    from tests.factories import make_user

    return make_user("outsider")


@pytest.fixture
def study(lead_user, annotator_user):
    """An open study of four queries and three candidates."""
    from tests.factories import make_study

    return make_study(lead=lead_user, annotators=[annotator_user])
