"""What closing a partner will do with the successor that was chosen, said before it is done."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from referrals.actions.succession import Fate

from .actions import Closing

PEOPLE = ngettext_lazy(
    "%(n)d person is suspended and signed out at once. Move whoever goes along to the successor first.",
    "%(n)d people are suspended and signed out at once. Move whoever goes along to the successor first.",
    "n",
)
INVITATIONS = ngettext_lazy(
    "%(n)d open invitation is withdrawn.", "%(n)d open invitations are withdrawn.", "n"
)
FATES = {
    Fate.GOES_ON: ngettext_lazy(
        "%(n)d referral goes on at %(successor)s at once: the worker agreed that another agency is asked.",
        "%(n)d referrals go on at %(successor)s at once: the workers agreed that another agency is asked.",
        "n",
    ),
    Fate.ASKS: ngettext_lazy(
        "%(n)d referral waits at its sender, who is told: the worker is asked before %(successor)s sees anything.",
        "%(n)d referrals wait at their senders, who are told: the workers are asked before %(successor)s sees anything.",
        "n",
    ),
    Fate.CHOOSES: ngettext_lazy(
        "%(n)d referral goes back to its sender, who is told and chooses another agency.",
        "%(n)d referrals go back to their senders, who are told and choose another agency.",
        "n",
    ),
    Fate.HAS_IT: ngettext_lazy(
        "%(n)d referral ends here: %(successor)s has the same service for that worker in hand already.",
        "%(n)d referrals end here: %(successor)s has the same services for those workers in hand already.",
        "n",
    ),
}
PROPOSED = ngettext_lazy(
    "%(n)d referral that somebody proposed to hand over to it goes on waiting for its sender.",
    "%(n)d referrals that somebody proposed to hand over to it go on waiting for their senders.",
    "n",
)
MANDATES = ngettext_lazy(
    "%(n)d mandate goes over to %(successor)s.", "%(n)d mandates go over to %(successor)s.", "n"
)
ENDING = ngettext_lazy(
    "%(n)d mandate ends, because %(successor)s has it already.",
    "%(n)d mandates end, because %(successor)s has them already.",
    "n",
)
OFFICES = ngettext_lazy(
    "%(n)d office is taken out of use. Enter it at the successor if it goes on.",
    "%(n)d offices are taken out of use. Enter those at the successor that go on.",
    "n",
)


def of_closing(foreseen: Closing) -> list[str]:
    """One sentence for each thing that is touched, and for what stays."""
    now, successor = foreseen.live, foreseen.successor
    counted = [
        (PEOPLE, now.people),
        (INVITATIONS, now.invitations),
        *((FATES[fate], foreseen.fates[fate]) for fate in Fate),
        (PROPOSED, foreseen.proposed),
        (MANDATES, foreseen.mandates),
        (ENDING, now.mandates - foreseen.mandates if successor else 0),
        (OFFICES, now.offices),
    ]
    name = successor.name if successor else ""
    said = [str(text % {"n": n, "successor": name}) for text, n in counted if n]
    return [
        *(said or [_("Nothing is live here: nobody and nothing is touched.")]),
        _("Its old referrals and letters keep its name. A closed partner is not opened again."),
    ]
