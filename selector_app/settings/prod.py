"""Production: refuses to start on settings that would put the verdicts at risk."""

import os

from django.core.exceptions import ImproperlyConfigured

from selector_app.settings.base import *  # noqa: F403
from selector_app.settings.base import ALLOWED_HOSTS, SECRET_KEY
from selector_app.settings.checks import list_risks

risks = list_risks(secret_key=SECRET_KEY, allowed_hosts=ALLOWED_HOSTS, debug=os.environ.get("DEBUG", ""))
if risks:
    raise ImproperlyConfigured("Not started:\n" + "\n".join(f"- {risk}" for risk in risks))

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Names carry a hash of the content, so browsers may keep them for ever.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A site without HTTPS (a laboratory's own network) says so with INSECURE_HTTP=1.
is_https = os.environ.get("INSECURE_HTTP", "") != "1"
SESSION_COOKIE_SECURE = is_https
CSRF_COOKIE_SECURE = is_https
SECURE_SSL_REDIRECT = is_https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", "3600")) if is_https else 0
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]
# Only for a proxy that always sets or removes this header; anybody could send it otherwise.
if os.environ.get("TRUST_PROXY_HEADERS", "") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
