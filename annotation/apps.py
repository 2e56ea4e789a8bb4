"""Django's configuration of the app."""

from django.apps import AppConfig


class AnnotationConfig(AppConfig):
    """The one app of the project."""

    name = "annotation"
    default_auto_field = "django.db.models.BigAutoField"
