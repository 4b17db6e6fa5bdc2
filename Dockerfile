# The service: `docker build -t sfapi .`; for change events (docs/operations.md) add `--build-arg FOLLOW=on`.
# The demo with made-up data: `docker build --target demo -t sfapi-demo .`
# Every setting is an environment variable, or a file that <NAME>_FILE names: docs/settings.md.

FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=/venv/bin:$PATH
RUN python -m venv /venv
WORKDIR /app
COPY requirements requirements
RUN pip install --use-pep517 -r requirements/production.txt
ARG FOLLOW=off
RUN if [ "$FOLLOW" = on ]; then pip install --use-pep517 -r requirements/follow.txt; fi
COPY . .
# Without SECRET_KEY and DATABASE_URL the settings fail to load; collectstatic uses neither.
RUN SECRET_KEY=unused DATABASE_URL=postgresql://unused@localhost/unused SFAPI_ENV_FILE='' \
    python manage.py collectstatic --noinput

FROM build AS demo-build
RUN pip install --use-pep517 -r requirements/test.txt

FROM python:3.12-slim-bookworm AS base
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 SFAPI_ENV_FILE=
RUN useradd --uid 10001 --create-home --home-dir /data --shell /usr/sbin/nologin sfapi
WORKDIR /app

FROM base AS demo
COPY --from=demo-build /venv /venv
COPY --from=demo-build /app /app
ENV SFAPI_DATA_DIR=/data
USER 10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=300s \
    CMD ["env", "no_proxy=*", "python", "-c", \
         "import urllib.request as r; r.urlopen('http://localhost:8000/ping/', timeout=4)"]
CMD ["python", "-m", "scripts.demo"]

FROM base
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV LOG_FORMAT=json WEB_BIND=0.0.0.0:8000
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["env", "no_proxy=*", "python", "-c", \
         "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/ping/', timeout=4)"]
CMD ["gunicorn", "--config", "python:sfapi.gunicorn"]
