"""Define Django's settings, secure by default. ``docs/settings.md`` describes each variable."""

from pathlib import Path
from shutil import which

from accounts_client.keys import check_sso_variables
from api.domain.rates import require_rate
from sf.salesforce.credentials import INSTANCE_URL as SALESFORCE_INSTANCE_URL
from sf.salesforce.credentials import PRIVATE_KEY as SALESFORCE_PRIVATE_KEY
from sf.salesforce.credentials import VARIABLES as SALESFORCE_LOGIN_VARIABLES
from sf.salesforce.credentials import check_login_variables
from sfapi import __version__
from sfapi.cron import find_checkout_as_typed, find_python_as_typed, list_scheduled_jobs
from sfapi.database import build_database_settings, build_replica_settings
from sfapi.email import parse_mail_server, parse_recipients, parse_sender
from sfapi.env import Environment, check_authorities
from sfapi.logs import build_logging_settings
from sfapi.secret_key import ensure_secret_key
from sfapi.sentry import environment_of, start_sentry

BASE_DIR = Path(__file__).resolve().parents[2]

env = Environment.load(BASE_DIR)

# -- release, hosts, processes ----------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False)
RELEASE_VERSION = env.text("RELEASE_VERSION", __version__)
DEPLOYMENT_VERSION = env.text("DEPLOYMENT_VERSION")
SFAPI_DATA_DIR = BASE_DIR / env.text("SFAPI_DATA_DIR", ".data")
SECRET_KEY = env.text("SECRET_KEY") or ensure_secret_key(SFAPI_DATA_DIR, allowed=DEBUG)
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.names("CORS_ALLOWED_ORIGINS")
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, at_most=9)
WEB_THREADS = env.integer("WEB_THREADS", 8, at_least=1, at_most=256)
NEIGHBOR_CALLS_AT_ONCE = env.integer("NEIGHBOR_CALLS_AT_ONCE", -(-WEB_THREADS // 3), at_least=1, at_most=256)
# sfapi/gunicorn.py uses these two variables. Here they are only declared and checked.
env.integer("WEB_WORKERS", 4, at_least=1, at_most=256)
env.text("WEB_BIND", "127.0.0.1:8000")

ROOT_URLCONF = "sfapi.urls"
WSGI_APPLICATION = "sfapi.wsgi.application"

INSTALLED_APPS = [
    "sfapi",
    "pardot",
    "api",
    "sf",
    *(["sfapi.demo"] if DEBUG else []),
    "ninja",
    "rest_framework",
    "django_crontab",
    "sfapi.operations.apps.OperatorsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "api.middleware.requests.RequestIdMiddleware",
    "api.middleware.requests.AuditMiddleware",
    "sfapi.security_headers.SecurityHeadersMiddleware",
    "api.middleware.requests.ProbeMiddleware",
    "api.middleware.cors.CorsMiddleware",
    "api.middleware.requests.HeadMiddleware",
    "api.middleware.compression.CompressionMiddleware",
    "api.middleware.requests.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "sfapi.static_files.StaticFilesMiddleware",
    "api.middleware.requests.PageWriteMiddleware",
    "api.middleware.requests.PageSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "api.middleware.requests.PageLoginMiddleware",
    "api.middleware.requests.PageMessageMiddleware",
]

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
                "sfapi.sign_in.sign_in_link",
            ],
        },
    },
]

# -- storage ----------------------------------------------------------------------------------------------
DATABASES = {"default": build_database_settings(env, embedded_allowed=DEBUG), **build_replica_settings(env)}
DATABASE_REPLICA_MAX_LAG_SECONDS = env.integer("DATABASE_REPLICA_MAX_LAG_SECONDS", 10, at_least=2, at_most=3600)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "api.User"
LOGIN_REDIRECT_URL = "/admin/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# -- language, time, files --------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
USE_I18N = False
FORMAT_MODULE_PATH = ["sfapi.formats"]
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "sfapi.static_files.StaticFiles"
    },
}

# -- transport security -----------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=not DEBUG)
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 0 if DEBUG else 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not DEBUG
SECURE_HSTS_PRELOAD = not DEBUG
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
# This check demands Django's X-Frame-Options middleware. SecurityHeadersMiddleware sets the header on more answers.
SILENCED_SYSTEM_CHECKS = ["security.W002"]

# -- Salesforce -------------------------------------------------------------------------------------------
SALESFORCE_LOGIN = {
    name: env.pem(name) if name == SALESFORCE_PRIVATE_KEY else env.text(name) for name in SALESFORCE_LOGIN_VARIABLES
}
SALESFORCE_LOGIN[SALESFORCE_INSTANCE_URL] = env.url(SALESFORCE_INSTANCE_URL)
check_login_variables(SALESFORCE_LOGIN)
SALESFORCE_HOST = env.url(
    "SALESFORCE_HOST", "https://login.salesforce.com", example="https://test.salesforce.com for a sandbox"
)
SALESFORCE_JWT_AUDIENCE = env.url("SALESFORCE_JWT_AUDIENCE")
SALESFORCE_PROXY = env.url("SALESFORCE_PROXY", schemes=("http", "https"), userinfo=True)
SALESFORCE_PUBSUB_HOST = env.host_and_port("SALESFORCE_PUBSUB_HOST", "api.pubsub.salesforce.com:443")
SALESFORCE_API_VERSION = env.api_version("SALESFORCE_API_VERSION", "64.0")
SALESFORCE_BULK_THRESHOLD = env.integer("SALESFORCE_BULK_THRESHOLD", 5000, at_least=1)
SALESFORCE_BULK_JOB_MINUTES = env.integer("SALESFORCE_BULK_JOB_MINUTES", 60, at_least=1)
SALESFORCE_LOOKBACK_SECONDS = env.integer("SALESFORCE_LOOKBACK_SECONDS", 7200)
SALESFORCE_MAX_DELETE_PERCENT = env.integer("SALESFORCE_MAX_DELETE_PERCENT", 20, at_least=1, at_most=100)
SALESFORCE_CASE_EXTERNAL_ID_FIELD = env.field_name("SALESFORCE_CASE_EXTERNAL_ID_FIELD")

# -- the API, syncs, retention ----------------------------------------------------------------------------
METRICS_ALLOWED_NETWORKS = env.networks("METRICS_ALLOWED_NETWORKS")
SALESFORCE_API_RATE_LIMIT = require_rate("SALESFORCE_API_RATE_LIMIT", env.text("SALESFORCE_API_RATE_LIMIT", "5/min"))
SALESFORCE_SCHOOLS_RATE_LIMIT = require_rate(
    "SALESFORCE_SCHOOLS_RATE_LIMIT", env.text("SALESFORCE_SCHOOLS_RATE_LIMIT", "60/min")
)
SYNC_EVERY = env.sync_every("SYNC_EVERY", "1d")
SYNC_FOLLOW = env.flag("SYNC_FOLLOW", default=False)
LEASE_SECONDS = env.integer("LEASE_SECONDS", 40, at_least=4, at_most=600)
SYNC_MAX_HOURS = env.integer("SYNC_MAX_HOURS", 6, at_least=1, at_most=168)
REQUEST_LOG_DAYS = env.integer("REQUEST_LOG_DAYS", 90, at_least=1, at_most=36_500)
REQUEST_LOG_SAMPLE = env.fraction("REQUEST_LOG_SAMPLE", 1.0)
SYNC_RUN_DAYS = env.integer("SYNC_RUN_DAYS", 30, at_most=36_500)
DELETED_RETENTION_DAYS = env.integer("DELETED_RETENTION_DAYS", 30, at_most=36_500)
CASE_RETENTION_DAYS = env.integer("CASE_RETENTION_DAYS", 400, at_most=36_500)

# -- Pardot, digest and alerts, Accounts ------------------------------------------------------------------
SALESFORCE_PARDOT_BUSINESS_UNIT = env.text("SALESFORCE_PARDOT_BUSINESS_UNIT")
PARDOT_API_URL = env.url("PARDOT_API_URL", "https://pi.pardot.com")
PARDOT_PAGE_SIZE = env.integer("PARDOT_PAGE_SIZE", 1000, at_least=1, at_most=1000)
PARDOT_PAUSE_THRESHOLD = env.fraction("PARDOT_PAUSE_THRESHOLD", 0.85)
PARDOT_ACTIVITY_RETENTION_DAYS = env.integer("PARDOT_ACTIVITY_RETENTION_DAYS", 400, at_least=31, at_most=3660)
PARDOT_ADOPTION_JSON_FIELD = env.text("PARDOT_ADOPTION_JSON_FIELD")
SLACK_WEBHOOK_URL = env.url("SLACK_WEBHOOK_URL", schemes=("https", "http"))
DIGEST_RECIPIENTS = parse_recipients(env, "DIGEST_RECIPIENTS")
if DIGEST_RECIPIENTS:
    env.all_or_none("DIGEST_RECIPIENTS", "DIGEST_RECIPIENTS", "EMAIL_URL")
PUBLIC_URL = env.url("PUBLIC_URL", schemes=("https", "http"))
if PUBLIC_URL:
    env.all_or_none("PUBLIC_URL", "PUBLIC_URL", "EMAIL_URL")
SSO_COOKIE_NAME = env.text("SSO_COOKIE_NAME", "oxa")
SSO_SIGNATURE_PUBLIC_KEY = env.pem("SSO_SIGNATURE_PUBLIC_KEY")
SSO_ENCRYPTION_PRIVATE_KEY = env.pem("SSO_ENCRYPTION_PRIVATE_KEY")
env.all_or_none("the SSO cookie", "SSO_SIGNATURE_PUBLIC_KEY", "SSO_ENCRYPTION_PRIVATE_KEY")
SUPER_USER_SIGN_IN_DAYS = env.integer("SUPER_USER_SIGN_IN_DAYS", 30, at_most=7300)
ACCOUNTS_URL = env.url("ACCOUNTS_URL", "https://accounts.openstax.org", schemes=("https", "http"))
ACCOUNTS_CLIENT_ID = env.text("ACCOUNTS_CLIENT_ID")
ACCOUNTS_CLIENT_SECRET = env.text("ACCOUNTS_CLIENT_SECRET")
env.all_or_none("OpenStax Accounts", "ACCOUNTS_CLIENT_ID", "ACCOUNTS_CLIENT_SECRET")
ACCOUNTS_TOKEN_IN_QUERY = env.flag("ACCOUNTS_TOKEN_IN_QUERY", default=False)
DEV_USER_UUID = env.development_only("DEV_USER_UUID", debug=DEBUG)
check_sso_variables(
    signature_public_key=SSO_SIGNATURE_PUBLIC_KEY,
    encryption_key=SSO_ENCRYPTION_PRIVATE_KEY,
    dev_user_uuid=DEV_USER_UUID,
)

# -- mail -------------------------------------------------------------------------------------------------
_mail = parse_mail_server(env)
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.user, _mail.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.starts_tls, _mail.is_tls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = parse_sender(env, "DEFAULT_FROM_EMAIL", "sfapi@localhost")

# -- the simulator, for the demo --------------------------------------------------------------------------
env.development_only("SIMULATOR_URL", debug=DEBUG)
SIMULATOR_URL = env.url("SIMULATOR_URL", schemes=("http", "https"))
DEMO_USER_UUID = env.text("DEMO_USER_UUID", "00000000-0000-4000-8000-000000000001")

# -- scheduled jobs: the table is in sfapi/cron.py --------------------------------------------------------
CRONJOBS = list_scheduled_jobs(
    pardot=bool(SALESFORCE_PARDOT_BUSINESS_UNIT),
    digest=bool(SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS or PUBLIC_URL),
    alerts=bool(SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS),
    every=SYNC_EVERY,
)
_typed = find_checkout_as_typed(BASE_DIR)
CRONTAB_EXECUTABLE = which("crontab") or "/usr/bin/crontab"
CRONTAB_PYTHON_EXECUTABLE = find_python_as_typed(BASE_DIR, _typed)
CRONTAB_DJANGO_MANAGE_PATH = str(_typed / "manage.py")
CRONTAB_COMMENT = f"sfapi in {_typed}"
CRONTAB_COMMAND_PREFIX = env.text("CRONTAB_COMMAND_PREFIX")
CRONTAB_COMMAND_SUFFIX = env.text("CRONTAB_COMMAND_SUFFIX")

# -- logs and Sentry --------------------------------------------------------------------------------------
LOGLEVEL = env.choice("LOGLEVEL", ("debug", "info", "warning", "error", "critical"), "info")
LOG_FORMAT = env.choice("LOG_FORMAT", ("text", "json"), "text")
LOGGING = build_logging_settings(LOGLEVEL, LOG_FORMAT)
SENTRY_DSN = env.sentry_dsn("SENTRY_DSN")
ENVIRONMENT = env.text("ENVIRONMENT") or environment_of(SALESFORCE_HOST, debug=DEBUG)
start_sentry(SENTRY_DSN, environment=ENVIRONMENT, release=RELEASE_VERSION)

# The requests library itself reads these two variables; each names a file or folder of certificate authorities.
env.read_by_library("REQUESTS_CA_BUNDLE")
env.read_by_library("CURL_CA_BUNDLE")
check_authorities()

PLACEHOLDERS = env.placeholders
"""Variables with a placeholder such as ``<your_client_id>``; ``manage.py`` reports them."""
OVERRULED = env.overruled
"""Variables of ``.env`` that have another value in the real environment; ``sf check`` names them."""
