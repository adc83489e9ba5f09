from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from agencies.actions import reset_second_factor


class Command(BaseCommand):
    help = (
        "Takes the second factor of one account away, for somebody who has lost phone and recovery codes. Make sure first "
        "that it is this person who asks: call them at a number that you know. It is logged, and they are told by e-mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address of the account")

    def handle(self, *args: Any, **options: Any) -> None:
        email = User.objects.normalize_email(options["email"])
        person = User.objects.filter(email=email).first()
        if person is None:
            raise CommandError(f"There is no account {email}.")
        if not reset_second_factor(person=person):
            raise CommandError(f"{email} has no second factor: nothing to reset.")
        self.stdout.write(f"The second factor of {email} is reset; a new one is set up at the next sign-in.")
