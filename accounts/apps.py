from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed
        from django.contrib.auth.signals import user_logged_in

        from . import sessions

        # Django's own signal, because every way to sign in sends it: a session without a clock has ended.
        user_logged_in.connect(sessions.begin, dispatch_uid="accounts.sessions.begin")
        # By password, code or passkey: each of the pages that ask again who one is sends it.
        authentication_step_completed.connect(sessions.confirmed, dispatch_uid="accounts.sessions.confirmed")
