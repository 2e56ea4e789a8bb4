"""ASGI entry point for application servers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "selector_app.settings.prod")
application = get_asgi_application()
