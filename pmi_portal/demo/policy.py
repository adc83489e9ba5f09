"""How much time everybody has, asked once for the whole demo."""

from datetime import date
from functools import cached_property

from agencies import calendars
from agencies.calendars import Allowance, Calendar
from agencies.models import CalendarDay, Partner, PartnerDeadline
from referrals import deadlines


class Published(Calendar):
    """The calendar of a partner where no admin has entered a day anywhere."""

    @cached_property
    def _entered(self) -> dict[tuple[str, date], CalendarDay]:
        return {}


class Policy(deadlines.Policy):
    """The same for hundreds of referrals: what no partner has of its own is read once for all of them."""

    def __init__(self) -> None:
        super().__init__()
        of_their_own = PartnerDeadline.objects.values_list("partner", flat=True)
        self._with_their_own = frozenset(of_their_own)
        self._days_entered = CalendarDay.objects.exists()
        self._general: dict[str, Allowance] = {}

    def allowance(self, code: str, partner: Partner) -> Allowance:
        if partner.pk in self._with_their_own:
            return super().allowance(code, partner)
        if code not in self._general:
            self._general[code] = calendars.allowance(code, None)
        return self._general[code]

    def calendar(self, partner: Partner) -> Calendar:
        if not self._days_entered and partner.pk not in self._calendars:
            self._calendars[partner.pk] = Published(partner)
        return super().calendar(partner)
