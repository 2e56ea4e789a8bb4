# One image for web and workers; docker-compose.yml says which part a container is.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=selector_app.settings.prod \
    SELECTOR_VAR=/data \
    HOST=0.0.0.0

WORKDIR /app
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY manage.py ./
COPY selector_app selector_app
COPY annotation annotation
COPY templates templates
COPY static static

# Collected into the image, where every web container finds the same names. The secret signs nothing here.
ENV STATIC_ROOT=/app/collected
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --noinput

RUN useradd --create-home --uid 10001 selector && install -d -o selector /data
USER selector
VOLUME /data
EXPOSE 8000

CMD ["gunicorn", "-c", "python:selector_app.gunicorn", "selector_app.wsgi"]
