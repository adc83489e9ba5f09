from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from . import sessions

        # Django's own signal, because every way to sign in sends it: a session without a clock has ended.
        user_logged_in.connect(sessions.begin, dispatch_uid="accounts.sessions.begin")
