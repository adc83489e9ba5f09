from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "pmi_portal"

    def ready(self) -> None:
        from . import checks  # noqa: F401  # registers them
