"""Settings, all from the environment or .env (see .env.example for what each one means)."""

from pathlib import Path

import environ
from csp.constants import NONCE
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from . import logs, schedule

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # made-up data, accounts with known passwords, the mail page
HTTPS = env.bool("HTTPS", default=not DEBUG and not DEMO)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORTAL_URL = env.str("PORTAL_URL", default="http://localhost:8000").rstrip("/")  # links in e-mails
SITE_NAME = "Portal PMI"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "pmi_portal",
    "administration",
    "rights",
    "search",
    "referrals",
    "imports",
    "bulk",
    "cases",
    "directory",
    "agencies",
    "notifications",
    "accounts",
    "errands",
    "privacy",
]

MIDDLEWARE = [
    "privacy.middleware.TraceMiddleware",
    "pmi_portal.counted.CountMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pmi_portal.headers.HeadersMiddleware",
    "accounts.middleware.PrivateMiddleware",
    "pmi_portal.limits.LimitsMiddleware",
    "privacy.opening.SealMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.middleware.SessionClockMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.middleware.KeptFormMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.StillThereMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "agencies.middleware.AtTheDoorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pmi_portal.pace.PaceMiddleware",
    "accounts.answering.ActingMiddleware",  # behind all others: the body is read and the door is passed
    "accounts.once.OnceMiddleware",  # in the transaction of the act
]

ROOT_URLCONF = "pmi_portal.urls"
WSGI_APPLICATION = "pmi_portal.wsgi.application"

CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "pmi_portal.context.portal",
]
TEMPLATES = [
    {
        "BACKEND": "pmi_portal.jinja.JinjaTemplates",  # those that end in .jinja
        "NAME": "jinja",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "pmi_portal.jinja.environment",
            "context_processors": CONTEXT_PROCESSORS,
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": CONTEXT_PROCESSORS,
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "accounts.templatetags.once",  # `csrf_token`, with the key of the form
            ],
        },
    },
]

# Data ---------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", default="postgres:///pmi_portal", engine="privacy.postgres")
}
DATABASE_ROLE = env.str("DATABASE_ROLE", default="portal_app")  # owns no table: row-level security binds it
_POOL_MAX = env.int("DATABASE_POOL_MAX", default=8)  # connections kept per process; 0: no pool
if _POOL_MAX:
    DATABASES["default"]["OPTIONS"] = {
        # A session of PostgreSQL keeps what it learnt of tables and statements; a new one now and then keeps that small.
        "pool": {"min_size": 1, "max_size": _POOL_MAX, "timeout": 10, "max_lifetime": 15 * 60}
    }
# `manage.py migrate` gives way to the people at work (pmi_portal.patience).
MIGRATION_LOCK_SECONDS = env.float("MIGRATION_LOCK_SECONDS", default=3)
MIGRATION_STATEMENT_SECONDS = env.float("MIGRATION_STATEMENT_SECONDS", default=900)
MIGRATION_TRIES = env.int("MIGRATION_TRIES", default=6)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {  # counts: attempts (ACCOUNT_RATE_LIMITS), what one person asks for (pmi_portal.pace), rows of a table that is carried out
    "default": {
        "BACKEND": "accounts.counting.CountingCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "pmi",
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},  # seconds
    }
}

# Celery -------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it is away
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 3,  # seconds; a broker that hangs must not hang a page (the worker polls every second)
    "max_retries": 0,  # of connecting in order to publish; else a page waits 6 s for a broker that is down
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False  # a nudge that fails is not repeated: the sweep finds the row
CELERY_TASK_TIME_LIMIT = 50  # seconds; below visibility_timeout, so that no task runs twice at once
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = (
    1_000_000_000  # tasks: connections are given back to the pool instead (pmi_portal.pooled)
)
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True  # they are redelivered, so not done twice
CELERY_BEAT_SCHEDULER = "pmi_portal.beat:SeenScheduler"
CELERY_BEAT_SCHEDULE = schedule.beat_schedule()
CELERY_TASK_DEFAULT_QUEUE = schedule.WORK
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in schedule.queues()]
CELERY_TASK_ROUTES = {task: {"queue": lane} for task, lane in schedule.TASKS.items()}

# People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.CommonValidator"},
    {"NAME": "accounts.passwords.PlainWordsValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600  # seconds
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.password_forms.SignInForm",
    "reauthenticate": "accounts.password_forms.ReauthenticateForm",
    "change_password": "accounts.password_forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetForm",
    "reset_password_from_key": "accounts.password_forms.ResetPasswordKeyForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation by e-mail is the verification
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changes to one's own account
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
_HOST = (
    "__Host-" if HTTPS else ""
)  # browsers take such a cookie from this very host alone, over TLS (RFC 6265bis, 4.1.3.2)
SESSION_COOKIE_NAME = f"{_HOST}pmi_session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_HOST}csrftoken"  # read by our scripts, so not HttpOnly
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
DEVICE_COOKIE_NAME = f"{_HOST}pmi_device"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie says what somebody did
# How often, per address ("ip"), person ("user"), or account and browser ("key", see accounts/devices.py). A right
# password is not counted.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "30/5m/ip,5/5m/key",
    "second_factor": "30/5m/ip,5/5m/key",
    "reset_password": "20/10m/ip",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/5m/user",
    "change_password": "5/5m/user",
    "signup": "20/m/ip",
}
PACE_LIMITED = env.bool(
    "PACE_LIMITED", default=True
)  # off for programs that try every page (pmi_portal.pace)
MFA_REQUIRED = env.bool("MFA_REQUIRED", default=not DEMO)  # nobody works without a second factor
CONDUCT_REQUIRED = env.bool(
    "CONDUCT_REQUIRED", default=True
)  # nobody works before accepting the code of conduct
LOCK_AFTER_DAYS = env.int("LOCK_AFTER_DAYS", default=60)  # without signing in; 0: never
MFA_ADAPTER = "accounts.second_factor.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.code_forms.AuthenticateForm",
    "reauthenticate": "accounts.code_forms.ReauthenticateForm",
    "authenticate_webauthn": "accounts.code_forms.PasskeyForm",
    "reauthenticate_webauthn": "accounts.code_forms.ConfirmPasskeyForm",
    "activate_totp": "accounts.code_forms.ActivateForm",
    "add_webauthn": "accounts.code_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.code_forms.RenamePasskeyForm",
}
MFA_TOTP_TOLERANCE = (
    1  # steps of 30 seconds that a phone's clock may be off, once that is known (accounts.app_codes)
)
MFA_TOTP_ISSUER = SITE_NAME
MFA_RECOVERY_CODES_SHOW_ONCE = True
SESSION_IDLE_MINUTES = env.float("SESSION_IDLE_MINUTES", default=30)  # without doing anything
SESSION_MAX_HOURS = env.float("SESSION_MAX_HOURS", default=12)  # whatever one does
SESSION_COOKIE_AGE = int(SESSION_MAX_HOURS * 3600)  # seconds

# E-mail -------------------------------------------------------------------------------------

vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:1025"))
DELIVERY_BACKEND = vars()["EMAIL_BACKEND"]  # what the worker sends with
EMAIL_BACKEND = "notifications.outbox.OutboxBackend"  # what everybody else "sends" with: a row
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Portal PMI <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_DIR = env.str("MAIL_DIR", default="")  # the demo's mail server keeps its Maildir here

# Language and time --------------------------------------------------------------------------

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = f"{_HOST}pmi_language"
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True

# Pages --------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500  # our longest form has about a hundred
DATA_UPLOAD_MAX_NUMBER_FILES = 2
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes; a form with a 1 MB text still gets its sentence

# The published directory ---------------------------------------------------------------------

# Under which licence others may use what /hsds/ publishes (docs/hsds.md).
HSDS_LICENSE = env.str("HSDS_LICENSE", default="not stated: ask whoever runs this portal")

# Documents of cases -------------------------------------------------------------------------

DOCUMENTS_DIR = env.str(
    "DOCUMENTS_DIR", default=str(BASE_DIR / "var" / "documents")
)  # served by no web server
CLAMAV_SOCKET = env.str(
    "CLAMAV_SOCKET", default=""
)  # a path, or tcp://host:3310; empty: files are not scanned
# What was erased, one line each, outside the database: applied again after a backup was restored.
ERASURE_LEDGER = env.str("ERASURE_LEDGER", default=str(BASE_DIR / "var" / "erasures.jsonl"))
FILE_UPLOAD_HANDLERS = [
    "accounts.uploads.Bounded",  # first: nothing behind it sees more than 25 MB of a file
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# The access log -----------------------------------------------------------------------------

LOG_SIGNING_KEY = env.str("LOG_SIGNING_KEY", default="")  # signs the checkpoints of the log
LOG_CHECKPOINTS_DIR = env.str("LOG_CHECKPOINTS_DIR", default="")  # best on another machine's disk
LOG_CHECKPOINTS_TO = env.list("LOG_CHECKPOINTS_TO", default=[])  # who keeps the mailed ones

# Secrets at rest ----------------------------------------------------------------------------

PRIVACY_KEYS = env.str("PRIVACY_KEYS", default="")  # name:base64,…; the first seals (privacy/keyring.py)
PRIVACY_INDEX_KEYS = env.str("PRIVACY_INDEX_KEYS", default="")
SESSION_ENGINE = "privacy.sessions"

# Security -----------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # Bootstrap draws its arrows and ticks so
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
        "upgrade-insecure-requests": HTTPS,
    }
}
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Else everybody shares the proxy's address, and with it the limit of failed sign-ins.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # who has it reads /metrics; empty: nobody does
LOG_FORMAT = env.str("LOG_FORMAT", default="line" if DEBUG or DEMO else "json")
LOGGING = logs.configuration(json=LOG_FORMAT == "json", level=env.str("LOG_LEVEL", default="INFO"))
DEFAULT_EXCEPTION_REPORTER_FILTER = "privacy.reports.NothingTyped"
