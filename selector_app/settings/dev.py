"""Development and the bundled demo: plain HTTP on loopback, a fixed secret, SQLite by default."""

from selector_app.settings.base import *  # noqa: F403

DEBUG = True
SECRET_KEY = SECRET_KEY or "development-only-secret-never-used-in-production"  # noqa: F405
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
