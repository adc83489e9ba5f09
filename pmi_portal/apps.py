from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "pmi_portal"
