"""What a person's choice of e-mails means, in words."""

from datetime import time

from django.utils import formats
from django.utils.translation import get_language, gettext

from .choices import EmailChoice
from .models import User


def emails_in_words(person: User) -> str:
    """One or two sentences: when notices come by e-mail, and what emergencies do."""
    words = {
        "time": time_of_day(person.digest_at),
        "city": person.time_zone.split("/")[-1].replace("_", " "),
    }
    if person.quiet_from is not None and person.quiet_until is not None:
        words |= {"from": time_of_day(person.quiet_from), "until": time_of_day(person.quiet_until)}
        return _at_night(EmailChoice(person.email_choice)) % words
    return _always(EmailChoice(person.email_choice)) % words


def time_of_day(moment: time) -> str:
    """Write "07:00", or "07.00" in Bahasa Indonesia."""
    return formats.time_format(moment, "H.i" if get_language() == "id" else "H:i")


def _always(choice: EmailChoice) -> str:
    if choice is EmailChoice.DAILY:
        return gettext("Daily digest at %(time)s, %(city)s time; emergencies are still e-mailed at once.")
    if choice is EmailChoice.WEEKLY:
        return gettext(
            "Weekly digest on Mondays at %(time)s, %(city)s time; emergencies are still e-mailed at once."
        )
    return gettext("Each notice is e-mailed at once, at any hour.")


def _at_night(choice: EmailChoice) -> str:
    if choice is EmailChoice.DAILY:
        return gettext(
            "Daily digest at %(time)s, %(city)s time, and nothing from %(from)s until %(until)s; "
            "emergencies are still e-mailed at once."
        )
    if choice is EmailChoice.WEEKLY:
        return gettext(
            "Weekly digest on Mondays at %(time)s, %(city)s time, and nothing from %(from)s until %(until)s; "
            "emergencies are still e-mailed at once."
        )
    return gettext(
        "Each notice is e-mailed at once, but what happens from %(from)s until %(until)s, %(city)s time, "
        "waits until %(until)s; emergencies are still e-mailed at once."
    )
