"""Whatever statement or commit a process dies at: nothing is lost, nothing is half done, nothing is done twice.

Every point of an act is named by a run that is left alone, and then died at once, each with a case of its own. What is there
afterwards is what was there before, or all of it; once the portal (or the person, with the same form) has tried again, it is
what the undisturbed run left. The processes are real and are killed with SIGKILL.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.loading.codes import load_deadlines, load_reminders
from agencies.models import Partner
from agencies.tests.factories import make_partner
from cases.models import Case, CaseEvent
from cases.tests.factories import make_case
from notifications.choices import EmailState
from notifications.models import Email, Notification
from notifications.tests.mailbox import Mailbox, mailbox
from pmi_portal.local.folders import REPOSITORY
from referrals import actions, tasks
from referrals.models import Referral
from referrals.tests.factories import make_officer, make_referral, make_referral_in, make_responsible

pytestmark = pytest.mark.django_db(transaction=True)

Order = dict[str, Any]


class Dying:
    """The other end of `pmi_portal.tests.dying`."""

    def __init__(self, port: int) -> None:
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "pmi_portal.tests.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        }
        command = [sys.executable, "-m", "pmi_portal.tests.dying", connection.settings_dict["NAME"]]
        self.process = subprocess.Popen(
            command, cwd=REPOSITORY, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def warm_up(self, order: Order) -> None:
        """Do the act once, so that each one that follows begins at once."""
        self._ask(order | {"die_at": None})

    def do(self, order: Order, *, die_at: int = 0) -> list[str]:
        """The names of the points that were come to; the last is where it died."""
        answer = self._ask(order | {"die_at": die_at})
        assert answer["code"] == (-signal.SIGKILL if die_at else 0), answer
        return list(answer["points"])

    def _ask(self, order: Order) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return dict(json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.stdout
        self.process.stdout.close()
        self.process.wait(timeout=10)


@pytest.fixture
def smtp() -> Iterator[Mailbox]:
    with mailbox() as server:
        yield server


@pytest.fixture
def dying(smtp: Mailbox) -> Iterator[Dying]:
    dying = Dying(smtp.port)
    yield dying
    dying.close()


def nobody_holds_any() -> None:
    """Wait until PostgreSQL has noticed that who died is gone: sweeps pass over a row that somebody holds."""
    with transaction.atomic():
        list(Referral.objects.select_for_update().values_list("pk"))


def state_of(case_id: int) -> dict[str, Any]:
    """All that an act may leave behind about one case, in words that are the same for every case."""
    referrals = Referral.objects.filter(case=case_id).order_by("number")
    paths = {row.get_absolute_url(): row.number for row in referrals}
    notices = Notification.objects.filter(path__in=paths).select_related("recipient", "email")
    return {
        "referrals": [(row.number, row.state, row.escalation_level) for row in referrals],
        "events": Counter(CaseEvent.objects.filter(case=case_id).values_list("kind", "referral__number")),
        "notices": Counter((row.kind, row.recipient.role, paths[row.path]) for row in notices),
        "e-mails": len({row.email_id for row in notices if row.email_id}),
        "consents": referrals.values("consent").distinct().count(),
    }


class Scene:
    """One act: how its case comes about, and how it is tried again after somebody died in it."""

    act = ""

    def __init__(self) -> None:
        self.caseworker = make_user(partner=make_partner())
        self.officer = make_officer()

    def case(self, **fields: Any) -> Case:
        return make_case(by=self.caseworker, **fields)

    def begin(self) -> tuple[int, Order]:
        """A fresh case, and the order for the act on it."""
        raise NotImplementedError

    def again(self, dying: Dying, order: Order) -> None:
        """What happens without anybody's hands; a person sends the same form again."""
        dying.do(order)


class Route(Scene):
    act = "route"

    def __init__(self) -> None:
        super().__init__()
        make_responsible()

    def begin(self) -> tuple[int, Order]:
        referral = make_referral(case=self.case())
        return referral.case_id, {"act": self.act}

    def again(self, dying: Dying, order: Order) -> None:
        Referral.objects.filter(state="waiting").update(route_at=timezone.now())  # the lease ends
        tasks.sweep()


class Accept(Scene):
    act = "accept"

    def begin(self) -> tuple[int, Order]:
        referral, officer = make_referral_in("received", officer=self.officer, case=self.case())
        return referral.case_id, by_a_person(self.act, officer, referral)


class Escalate(Scene):
    act = "escalate"

    def __init__(self) -> None:
        super().__init__()
        with transaction.atomic():
            load_deadlines()
            load_reminders()

    def begin(self) -> tuple[int, Order]:
        referral, _officer = make_referral_in(
            "sent", officer=self.officer, case=self.case(urgency="emergency")
        )
        for field in ("clock_from", "due_at", "escalate_at"):
            setattr(referral, field, getattr(referral, field) - timedelta(hours=25))
        referral.save()
        return referral.case_id, {"act": self.act}

    def again(self, dying: Dying, order: Order) -> None:
        tasks.escalate()


class HandOver(Scene):
    act = "hand_over"

    def __init__(self) -> None:
        super().__init__()
        self.to: Partner = make_partner(kind="mission", country="MY")
        make_officer(self.to)

    def begin(self) -> tuple[int, Order]:
        referral = make_referral(to=self.officer.partner, case=self.case(), consent={"onward": True})
        actions.accept(by=self.officer, referral=referral)
        return referral.case_id, by_a_person(self.act, self.officer, referral) | {"to": self.to.pk}


def by_a_person(act: str, by: User, referral: Referral) -> Order:
    return {"act": act, "by": by.pk, "referral": str(referral.pk), "key": str(uuid4())}


@pytest.mark.parametrize("kind", [Route, Accept, Escalate, HandOver], ids=lambda kind: kind.act)
def test_dying_at_any_point_leaves_all_or_nothing_and_trying_again_leaves_all_once(
    kind: type[Scene], dying: Dying, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = kind()
    dying.warm_up(scene.begin()[1])
    case, order = scene.begin()
    nothing = state_of(case)
    points = dying.do(order)
    everything = state_of(case)
    assert nothing != everything
    assert {"before the commit", "after the commit"} <= {point[4:] for point in points}
    found = Counter[str]()
    for number, name in enumerate(points, 1):
        case, order = scene.begin()
        assert state_of(case) == nothing
        assert dying.do(order, die_at=number)[-1] == name, "the same points, in the same order"
        left = state_of(case)
        assert left in (nothing, everything), f"half done after {name}"
        found["all" if left == everything else "nothing"] += 1
        nobody_holds_any()
        scene.again(dying, order)
        assert state_of(case) == everything, f"lost or doubled after {name}"
    with capsys.disabled():
        print(f"\n{kind.act}: died at {len(points)} points, each once; {dict(found)} was done by then")
    assert found["all"] > 0
    assert found["nothing"] > 0


def test_dying_at_any_point_of_sending_an_e_mail_sends_it_once_or_the_same_again(
    dying: Dying, smtp: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    def written() -> Email:
        make_referral_in("sent")
        email = Email.objects.get(state=EmailState.DUE)
        assert email.attempts == 0
        return email

    order = {"act": "notify"}
    written()
    points = dying.do(order)
    assert {"before sending", "after sending"} <= {point[4:] for point in points}
    twice = []
    for number, name in enumerate(points, 1):
        email = written()
        assert dying.do(order, die_at=number)[-1] == name
        Email.objects.filter(state=EmailState.DUE).update(next_at=timezone.now())  # the lease ends
        dying.do(order)
        email.refresh_from_db()
        assert email.state == EmailState.SENT, name
        ids = [message["Message-ID"] for message in smtp.got if message["Message-ID"] == email.message_id]
        assert len(ids) in (1, 2), name
        twice += [name] if len(ids) == 2 else []
    with capsys.disabled():
        print(f"\nnotify: died at {len(points)} points, each once; the same e-mail again after: {twice}")
    assert [name[4:] for name in twice] == ["after sending"]
    assert len(smtp.got) == len({message["Message-ID"] for message in smtp.got}) + len(twice)
