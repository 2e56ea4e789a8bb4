"""Settings shared by every environment; each value that operators set comes from the environment."""

import os
from pathlib import Path
from typing import Any

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Everything the running product writes lives below one folder: database, uploads, exports, sockets.
VAR_DIR = Path(os.environ.get("SELECTOR_VAR", BASE_DIR / "var"))

SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "annotation",
]

MIDDLEWARE = [
    "annotation.web.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "annotation.web.security.ContentSecurityPolicyMiddleware",
    "annotation.web.errors.SelectorErrorMiddleware",
]

ROOT_URLCONF = "selector_app.urls"
WSGI_APPLICATION = "selector_app.wsgi.application"
ASGI_APPLICATION = "selector_app.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Without IMMEDIATE two writers that read first lose most of their transactions to "database is locked";
# WAL lets readers go on while one writes.
SQLITE_OPTIONS: dict[str, Any] = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA temp_store=MEMORY;"
        "PRAGMA cache_size=-20000;PRAGMA mmap_size=134217728;PRAGMA journal_size_limit=27103364;"
    ),
}


def database_from_environment() -> dict[str, Any]:
    """Return Django's database entry for ``DATABASE_URL``, an SQLite file below ``VAR_DIR`` by default."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'selector.sqlite3'}"
    database: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    if database["ENGINE"].endswith("sqlite3"):
        # A fresh clone has no folder for it yet.
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        database["OPTIONS"] = SQLITE_OPTIONS
    return database


DATABASES = {"default": database_from_environment()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "annotation.web.lockout.LockoutBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Failed logins are counted here: per process in memory, or for all of them together in Redis.
if os.environ.get("CACHE_URL"):
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": os.environ["CACHE_URL"],
        }
    }
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", VAR_DIR / "staticfiles"))
MEDIA_ROOT = VAR_DIR / "files"

# One request may carry a data file of this size; it is streamed to disk, never held in memory.
UPLOAD_LIMIT_BYTES = 1_000_000_000

# Empty: the embedded worker (manage.py up) finds work in the database and needs no broker.
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", "")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Short work has a queue of its own, so that it never waits behind long work.
CELERY_TASK_DEFAULT_QUEUE = "heavy"
CELERY_TASK_ROUTES = {
    "annotation.refresh_selection": {"queue": "refresh"},
    "annotation.sweep": {"queue": "refresh"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Redelivery is only a wake-up too: a run that somebody works on cannot be claimed a second time.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
# Log lines go where LOGGING sends them.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {
        "annotation": {"level": os.environ.get("LOG_LEVEL", "INFO")},
        "selector_app": {"level": os.environ.get("LOG_LEVEL", "INFO")},
        # Its default handlers would print each line twice, and mail nobody.
        "django": {"handlers": [], "propagate": True},
        # Scanners try any host name; each is answered with 400, none is worth a traceback.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

REST_FRAMEWORK: dict[str, Any] = {
    # Tokens first: their scheme is what strangers are asked for, with 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "annotation.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "annotation.api.permissions.HasScope",
    ],
    # The framework's browsable pages need inline scripts, which the strict policy refuses.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["annotation.api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "annotation.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "annotation.api.schema.ErrorAutoSchema",
    "EXCEPTION_HANDLER": "annotation.api.errors.handle_error",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "LLM Selector",
    "VERSION": "1",
    "DESCRIPTION": "Find the best LLM for your own task with a tenth of the human verdicts.",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StudyKind": "annotation.models.studies.Study.Kind",
        "StudyStatus": "annotation.models.studies.Study.Status",
        "Role": "annotation.models.studies.Membership.Role",
        "RunKind": "annotation.models.runs.BackgroundRun.Kind",
        "RunStatus": "annotation.models.runs.BackgroundRun.Status",
        "FileKind": "annotation.models.runs.StudyFile.Kind",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
