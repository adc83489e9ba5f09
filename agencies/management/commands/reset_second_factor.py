from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from agencies.actions import reset_second_factor


class Command(BaseCommand):
    help = (
        "Takes the second factor of one account away, for somebody who has lost phone and recovery codes. An admin who manages "
        "the account has to confirm that it is this person who asks: call the admin at a number that you know. It is logged, "
        "and both are told by e-mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address of the account")
        parser.add_argument(
            "--confirmed-by",
            metavar="ADMIN",
            help="the address of the admin who confirmed it; left out only where there is no other admin",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = self._account(options["email"])
        admin = None if options["confirmed_by"] is None else self._account(options["confirmed_by"])
        try:
            had_one = reset_second_factor(person=person, confirmed_by=admin)
        except PermissionDenied as error:
            raise CommandError(
                f"Who {person.email} is has to be confirmed by an admin of their partner or of the portal (--confirmed-by)."
            ) from error
        if not had_one:
            raise CommandError(f"{person.email} has no second factor: nothing to reset.")
        self.stdout.write(
            f"The second factor of {person.email} is reset; a new one is set up at the next sign-in."
        )

    @staticmethod
    def _account(typed: str) -> User:
        email = User.objects.normalize_email(typed)
        person = User.objects.filter(email=email).first()
        if person is None:
            raise CommandError(f"There is no account {email}.")
        return person
