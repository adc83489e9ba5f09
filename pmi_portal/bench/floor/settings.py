"""A plain Django beside the portal: its own database, Django's own engine and sessions, nothing that a page does not need."""

import environ

env = environ.Env()
SECRET_KEY = "the floor keeps nothing"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "pmi_portal.bench.floor",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "pmi_portal.bench.floor.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {"default": {**env.db_url("FLOOR_URL"), "CONN_MAX_AGE": None}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LOGIN_URL = "/enter/"
# Its worker, on the portal's broker; a connection to the database is kept between tasks.
CELERY_BROKER_URL = (
    env.str("REDIS_URL", default="")
    .replace("unix://", "redis+socket://", 1)
    .replace("?db=", "?virtual_host=", 1)
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_DEFAULT_QUEUE = "floor"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = 1_000_000
