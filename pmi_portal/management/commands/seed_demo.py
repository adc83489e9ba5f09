from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from pmi_portal.demo.people import ACCOUNTS, PASSWORD
from pmi_portal.demo.seed import Unfit, seed
from privacy.acting import as_portal


class Command(BaseCommand):
    help = "Adds the demo's made-up people, cases and referrals to an empty portal; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is made up for DEMO=true only; this portal is not a demo.")
        try:
            with as_portal():
                world = seed()
        except Unfit as why:
            raise CommandError(str(why)) from None
        if world is None:
            self.stdout.write("demo: was there already, nothing added")
        else:
            self.stdout.write(f"demo: {len(world.filed)} cases and {len(world.lives)} referrals added")
        self.stdout.write(accounts_table())


def accounts_table() -> str:
    """The demo's main accounts, for the terminal, which speaks English."""
    width = max(len(account["email"]) for account in ACCOUNTS)
    with translation.override("en"):
        who = [", ".join(filter(None, (str(account["role"]), account["partner"]))) for account in ACCOUNTS]
    rows = [f"  {account['email']:<{width}}  {role}" for account, role in zip(ACCOUNTS, who, strict=True)]
    return "\n".join([f"Accounts of the demo, each with the password {PASSWORD}:", *rows])
