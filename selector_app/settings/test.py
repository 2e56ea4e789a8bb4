"""Tests: fast password hashing; DATABASE_URL and CELERY_BROKER_URL switch the services."""

import os
import tempfile
from pathlib import Path

# Before base reads it: tests never write below the checkout.
os.environ.setdefault("SELECTOR_VAR", tempfile.mkdtemp(prefix="selector-tests-"))
os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(os.environ['SELECTOR_VAR']) / 'test.sqlite3'}")

from selector_app.settings.base import *  # noqa: F403

SECRET_KEY = "tests"  # noqa: S105
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files come from where they lie: nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# Whoever commits an enqueued run finds it done; one test starts a real worker.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, not memory: tests with threads and worker processes see one and the same database.
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "pytest.sqlite3"}  # noqa: F405
