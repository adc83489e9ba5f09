from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PortalConfig(AppConfig):
    name = "pmi_portal"

    def ready(self) -> None:
        from . import checks  # noqa: F401  # registers them

        # So that /machinery/ and /metrics know of all there is to do, as the worker does.
        autodiscover_modules("tasks")
