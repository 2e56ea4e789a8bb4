"""Development and use on one's own machine: plain HTTP on loopback, SQLite by default.

``manage.py up`` sets a SECRET_KEY of its own; the fixed one below is for commands that serve nobody.
"""

import os

from selector_app.settings.base import *  # noqa: F403
from selector_app.settings.base import SECRET_KEY as CONFIGURED_SECRET_KEY

# Error pages with tracebacks are for developers who ask for them.
DEBUG = os.environ.get("DEBUG", "") == "1"
SECRET_KEY = CONFIGURED_SECRET_KEY or "development-only-secret-never-used-in-production"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
# Static files come from where they lie: nothing has to be collected first.
WHITENOISE_USE_FINDERS = True
