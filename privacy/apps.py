from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "privacy"

    def ready(self) -> None:
        from . import checks, keyring  # noqa: F401  # checks register themselves

        keyring.keys()  # a portal that cannot open its own data had better not start
        keyring.index_keys()
