"""Saving a change of mandates exactly as its preview told it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from agencies import gaps
from agencies.actions import StaleData
from agencies.actions.mandates import (
    add_mandate,
    change_mandate,
    check,
    check_end,
    check_open,
    end_mandate,
    giving_way,
    is_ended,
    proposed,
    reopened_by,
    twin,
)
from agencies.actions.shared import fresh, one_at_a_time
from agencies.matching import Facts
from agencies.matching.coverage import Cell
from agencies.matching.facts import fact_of
from agencies.models import Mandate, Partner

from .. import impact

SHOWN = re.compile(r"([0-9]{16})\.([0-9a-f]{64})")


class PreviewOutdated(StaleData):
    """What was shown is not what would happen any more."""


@dataclass(frozen=True)
class Proposal:
    """A mandate more (`values` alone), another in the place of one, or one less (`mandate` alone), from a day on."""

    partner: Partner
    on: date
    values: Mapping[str, Any] | None = None
    mandate: Mandate | None = None
    seen: str = ""

    @property
    def new(self) -> Mandate | None:
        """The mandate that would hold, not saved."""
        return proposed(self.partner, self.values, instead_of=self.mandate) if self.values else None

    def facts(self) -> tuple[Facts, Facts]:
        """What the ranking would be decided on that day, as things stand and as proposed."""
        before = Facts.read(self.on)
        ends: list[Mandate] = []
        begins = self.new
        if self.mandate is not None and begins is not None:
            ends = giving_way(self.mandate, self.on)
        elif self.mandate is not None:
            begins = reopened_by(self.mandate, self.on)
            ends = [self.mandate, *([begins] if begins else [])]
        counts = begins is not None and self.partner.is_active and self.partner.retired_at is None
        added = [fact_of(begins)] if begins is not None and counts else []
        return before, before.but(without=[row.pk for row in ends], added=added)

    def now(self) -> Proposal:
        """The same about the rows as they are now; whoever calls this holds the partner."""
        mandate = Mandate.objects.get(pk=self.mandate.pk) if self.mandate else None
        return replace(self, partner=Partner.objects.get(pk=self.partner.pk), mandate=mandate)

    @property
    def is_done(self) -> bool:
        if (new := self.new) is not None:
            return twin(new, but=self.mandate) is not None
        return self.mandate is not None and is_ended(self.mandate, self.on)

    def check(self) -> None:
        """Raises as the act would, without doing it."""
        if self.mandate is not None:
            check_open(self.mandate, self.seen)
        if (new := self.new) is not None:
            check(new, but=self.mandate)
        elif self.mandate is not None:
            check_end(self.mandate, self.on)


@dataclass(frozen=True)
class Preview:
    """What a proposal would have changed, and would change. `mark` is how saving it knows what was shown."""

    impact: impact.Impact
    opened: tuple[Cell, ...]  # gaps that it would leave
    closed: tuple[Cell, ...]  # gaps that it would fill
    mark: str


def preview(proposal: Proposal, *, until: datetime | None = None) -> Preview:
    """Among the last referrals made until then (None: now), and over the whole matrix."""
    until = until or timezone.now()
    before, after = proposal.facts()
    moved = impact.of(before, after, until=until)
    holes, left = gaps.holes(before), gaps.holes(after)
    opened = tuple(one for key, one in left.items() if key not in holes)
    closed = tuple(one for key, one in holes.items() if key not in left)
    told = [asdict(moved), len(opened), len(closed), _said(proposal)]
    digest = hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()
    return Preview(moved, opened, closed, f"{int(until.timestamp() * 1_000_000):016d}.{digest}")


@transaction.atomic
def save(*, by: User, proposal: Proposal, shown: str) -> None:
    """Do what was shown; a double click is one act.

    Raises PreviewOutdated when something else would happen by now, else as the acts of agencies.actions.mandates do.
    """
    one_at_a_time(proposal.partner.pk)
    if not fresh(by).manages_partners:
        raise PermissionDenied
    proposal = proposal.now()
    if proposal.is_done:
        return
    proposal.check()
    until = _when(shown)
    if until is None or preview(proposal, until=until).mark != shown:
        raise PreviewOutdated(
            _("What this changes is not what you were shown any more. Look at it again, then save.")
        )
    if proposal.mandate is None:
        assert proposal.values is not None
        add_mandate(by=by, partner=proposal.partner, values=proposal.values)
    elif proposal.values is None:
        end_mandate(by=by, mandate=proposal.mandate, on=proposal.on, seen=proposal.seen)
    else:
        change_mandate(by=by, mandate=proposal.mandate, values=proposal.values, seen=proposal.seen)


def _when(shown: str) -> datetime | None:
    """Until when the referrals of that preview were made; None for a mark that is none."""
    match = SHOWN.fullmatch(shown)
    return datetime.fromtimestamp(int(match[1]) / 1_000_000, tz=UTC) if match else None


def _said(proposal: Proposal) -> list[str]:
    values = proposal.values or {}
    said = [f"{name}={getattr(value, 'pk', value)}" for name, value in sorted(values.items())]
    return [str(proposal.partner.pk), str(proposal.mandate and proposal.mandate.pk), str(proposal.on), *said]
