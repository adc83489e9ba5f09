"""As for tests, but with the JSON log of production, and with pages and tasks that break."""

from pmi_portal.logs import configuration
from pmi_portal.tests.settings import *  # noqa: F403

ROOT_URLCONF = "pmi_portal.tests.crash.urls"
LOGGING = configuration(json=True, level="INFO")
CELERY_IMPORTS = ["pmi_portal.tests.crash.tasks"]
