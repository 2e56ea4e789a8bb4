"""The Celery application; workers start with ``celery -A selector_app worker``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "selector_app.settings.prod")

app = Celery("selector_app")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
