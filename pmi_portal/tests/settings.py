"""The portal's settings for tests: nothing from the machine's environment or .env changes what a test sees.

DATABASE_URL and REDIS_URL come from `make test`, which starts engines of its own for every run.
"""

import base64
import os
import re

os.environ |= {
    "SECRET_KEY": "for tests",
    "PRIVACY_KEYS": "tests:" + "dGVz" * 10 + "dGU=",
    "PRIVACY_INDEX_KEYS": "tests:" + "aW5k" * 10 + "aW4=",
    "DEBUG": "false",
    "DEMO": "false",
    "HTTPS": "false",
    "BEHIND_PROXY": "false",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
    "PORTAL_URL": "http://localhost:8000",
    "DATABASE_POOL_MAX": "0",  # a pool would keep connections to the test database open when it is dropped
    "DATABASE_ROLE": "portal_app",
    "MIGRATION_LOCK_SECONDS": "3",
    "MIGRATION_STATEMENT_SECONDS": "900",
    "MIGRATION_TRIES": "6",
    "PACE_LIMITED": "false",  # tests try every page as everybody; those that speak of it turn it on
    "MFA_REQUIRED": "false",  # tests that speak of the second factor turn it on
    "CONDUCT_REQUIRED": "false",  # so do those that speak of the code of conduct
    "LOCK_AFTER_DAYS": "60",
    "SESSION_IDLE_MINUTES": "30",
    "SESSION_MAX_HOURS": "12",
    "HSDS_LICENSE": "CC BY 4.0",
    "MAIL_DIR": "",
    "LOG_SIGNING_KEY": base64.b64encode(b"signs checkpoints for tests only").decode(),
    "LOG_CHECKPOINTS_DIR": "",
    "LOG_CHECKPOINTS_TO": "",
    "CLAMAV_SOCKET": "",
    "METRICS_TOKEN": "",
    "LOG_LEVEL": "WARNING",
}
if "REDIS_URL" in os.environ:  # tests that run side by side have a database of the broker each
    _worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = re.sub(r"(db=|/)0$", rf"\g<1>{_worker}", os.environ["REDIS_URL"])

from pmi_portal.settings import *  # noqa: F403
from pmi_portal.settings import STORAGES

STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True  # no STATIC_ROOT is collected for tests
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # signing in is not what tests wait for
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
