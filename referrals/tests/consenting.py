"""What the tests of consent have in common."""

import uuid

from django.urls import reverse
from django.utils import timezone

from cases.models.consent import HOME
from notifications.models import Notification
from referrals.models import Referral

TODAY = timezone.localdate(timezone=HOME)


def fresh(referral):
    return Referral.objects.with_page_data().get(pk=referral.pk)


def told(person, kind):
    return Notification.objects.filter(recipient=person, kind=kind).count()


def address(name, case, *args):
    return reverse(f"referrals:{name}", args=[case.reference, *args])


def grant(**data):
    """A well-formed form of consent, but for what is given; None leaves a field out."""
    whole = {
        "key": str(uuid.uuid4()),
        "groups": ["case"],
        "given_by": "Contoh Kenanga",
        "method": "signed",
        "given_on": TODAY.isoformat(),
        **data,
    }
    return {name: value for name, value in whole.items() if value is not None}
