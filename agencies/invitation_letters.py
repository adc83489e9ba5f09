"""The e-mail with the link of an invitation."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.roles import ROLES
from notifications.writing import link_to

from .models import Invitation, Partner
from .models.staff import VALID_FOR, hash_of, new_token


def renew(invitation: Invitation) -> str:
    """Give the invitation, which the caller saves, a new token, valid for 72 hours. Nothing but the e-mail knows it."""
    token = new_token()
    invitation.token_hash = hash_of(token)
    invitation.expires_at = timezone.now() + VALID_FOR
    return token


def letter(invitation: Invitation, token: str) -> tuple[str, str]:
    """Subject and text in the language of the invited, with their partner's time."""
    with translation.override(invitation.language), timezone.override(zone_of(invitation.partner)):
        body = render_to_string(
            "agencies/invitation_email.txt",
            {
                "invitation": invitation,
                "inviter": invitation.invited_by,
                "role": ROLES[invitation.role].name,
                "site_name": settings.SITE_NAME,
                "link": link_to(reverse("agencies:invitation", args=[token])),
            },
        )
        return _("Your invitation"), body


def zone_of(partner: Partner | None) -> str:
    return partner.time_zone if partner else settings.TIME_ZONE
