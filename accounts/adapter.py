"""How django-allauth is bent to the portal: people come by invitation only."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether to go there after signing in; what is no address at all ("//[") is not, instead of an error."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False
