"""The verbs of a case. Each is one transaction with an explicit actor."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from agencies.choices import Urgency
from agencies.models import Topic
from notifications.actions import notify
from notifications.choices import Kind
from privacy import keys
from privacy.acting import as_portal

from . import access, access_log, references, restriction, rules, tpks
from .choices import EventKind
from .events import done_already, record, with_key
from .models import Case, IntakeDraft, Worker
from .models.draft import HEADING


class StaleCase(Exception):
    """Somebody else changed the case since the form was opened; `case` is what is there now."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


class CaseClosed(Exception):
    """The case was closed; it is reopened before anything in it is changed."""


class CasePaused(Exception):
    """The worker has asked that the data be used no further for now (UU 27/2022 art. 41)."""


@transaction.atomic
def log(
    *,
    by: User,
    worker: Mapping[str, Any],
    case: Mapping[str, Any],
    topics: Iterable[Topic],
    key: UUID | None = None,
) -> Case:
    """Write down a complaint as a new case of the actor's partner, assigned to the actor.

    `worker` and `case` are field values of the two models. The same `key` again returns the case of the first time.
    Raises PermissionDenied for a role that logs no cases.
    """
    if not rules.can_log(by):
        raise PermissionDenied
    if key is not None:
        _one_at_a_time(key)
        if earlier := done_already(key, by=by, kind=EventKind.LOGGED):
            return earlier.case
    assert by.partner is not None
    now, topics = timezone.now(), list(topics)
    person_key, case_key = keys.make_many(2)
    person = Worker.objects.create(partner=by.partner, data_key=person_key, **worker)
    new = Case.objects.create(
        data_key=case_key,
        partner=by.partner,
        reference=references.take(by.partner)[0],
        worker=person,
        created_by=by,
        assigned_to=by,
        created_at=now,
        changed_at=now,
        **case,
    )
    new.topics.add(*topics)
    record(new, EventKind.LOGGED, by=by, key=key, at=now)
    tpks.topics_changed(new, by=by, before=(), after=topics)
    restriction.look(new, topics, by=by, at=now)
    if key is not None:
        _throw_away(IntakeDraft.objects.filter(pk=key, owner=by))
    return new


@transaction.atomic
def edit(
    *,
    by: User,
    case: Case,
    version: int,
    worker: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
    topics: Iterable[Topic] | None = None,
    key: UUID | None = None,
) -> Case:
    """Change fields of the worker and the case; the event names the fields, never their contents.

    Raises StaleCase when `version` is not the one in the database, CaseClosed for one that is closed, CasePaused
    while the worker's data may not be used, PermissionDenied for somebody else's.
    """
    whole = Case.objects.select_for_update(of=("self",), no_key=True).select_related(
        "worker", "partner", "assigned_to"
    )
    current = whole.get(pk=case.pk)
    if not rules.can_read(by, current):
        raise PermissionDenied
    if done_already(key, by=by, kind=EventKind.EDITED) and _says(current, worker, fields, topics):
        return current
    if current.is_paused:
        raise CasePaused
    if not rules.can_edit(by, current):
        raise CaseClosed
    if current.version != version:
        raise StaleCase(current)
    changed = _apply(current.worker, worker or {}) + _apply(current, fields or {})
    if topics is not None:
        before, chosen = set(current.topics.all()), set(topics)
        if chosen != before:
            current.topics.set(chosen)
            changed.append("topics")
            tpks.topics_changed(current, by=by, before=before, after=chosen)
    if changed:
        current.worker.save()
        current.version += 1
        current.changed_at = timezone.now()
        current.save()
        record(current, EventKind.EDITED, by=by, key=key, at=current.changed_at, fields=changed)
        if restriction.WATCHED & set(changed):
            restriction.look(current, current.topics.all(), by=by, at=current.changed_at)
    return current


@transaction.atomic
def assign(*, by: User, case: Case, to: User, key: UUID | None = None) -> Case:
    """Give the case to a colleague; the same form again, for the same colleague, does nothing.

    A restricted case is read by the new caseworker from then on, and by the one before no more. Raises PermissionDenied
    unless the actor oversees and the colleague may have it.
    """
    held = Case.objects.select_for_update(of=("self",), no_key=True)
    current = held.select_related("partner", "assigned_to").get(pk=case.pk)
    if not (rules.can_assign(by, current) and rules.can_take_on(to, current)):
        raise PermissionDenied
    earlier = done_already(key, by=by, kind=EventKind.ASSIGNED)
    repeated = earlier is not None and earlier.data["to"] == to.full_name
    if current.assigned_to_id != to.pk and not repeated:
        before, current.assigned_to = current.assigned_to, to
        current.changed_at, current.nobody_told_at = timezone.now(), None
        current.save(update_fields=["assigned_to", "changed_at", "nobody_told_at"])
        fresh = None if earlier else key
        record(current, EventKind.ASSIGNED, by=by, key=fresh, at=current.changed_at, to=to.full_name)
        if current.is_restricted:
            access.assigned(current, by=by, before=before)
        if to != by:
            path = current.get_absolute_url()
            urgent = current.urgency == Urgency.EMERGENCY
            notify([to], kind=Kind.CASE_ASSIGNED, reference=current.reference, path=path, urgent=urgent)
    return current


@transaction.atomic
def note(*, by: User, case: Case, text: str, key: UUID | None = None) -> None:
    """Add a dated line that only the case's own partner reads."""
    current = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not rules.can_note(by, current):
        raise PermissionDenied
    earlier = done_already(key, by=by, kind=EventKind.NOTED)
    if earlier is None or earlier.text != text:
        touch(current)
        fresh = None if earlier else key  # a form that went out twice with two texts said two things
        record(current, EventKind.NOTED, by=by, key=fresh, text=text, at=current.changed_at)


def touch(case: Case) -> None:
    """Mark that something about the case changed, so that open lists and pages refresh."""
    case.changed_at = timezone.now()
    case.save(update_fields=["changed_at"])


@as_portal()  # a key may be anybody's, and the writer's session may be over; only rows of their own are written
@transaction.atomic
def save_draft(*, draft_id: UUID, fields: Mapping[str, Any], by: User) -> bool:
    """Keep what this person typed, in a new draft or their own of before; whether it is kept.

    A draft that has become a case is not written any more: a late save must not bring it back. Nor is somebody
    else's. Raises PermissionDenied for a role that logs no cases.
    """
    if not rules.can_log(by):
        raise PermissionDenied
    _one_at_a_time(draft_id)  # the same form may be on its way as a case
    if with_key(draft_id) is not None:
        return False
    draft = IntakeDraft.objects.filter(pk=draft_id).first()
    if draft is None:
        draft = IntakeDraft(pk=draft_id, owner=by, data_key=keys.make())
    elif draft.owner_id != by.pk:
        return False
    draft.fields = dict(fields)
    draft.heading = str(fields.get("name", ""))[:HEADING]
    draft.country = str(fields.get("country", ""))[:2]
    draft.save()
    access_log.wrote_draft(by, draft_id)
    return True


def discard_draft(*, by: User, draft: IntakeDraft) -> None:
    """Throw a draft of one's own away."""
    _throw_away(IntakeDraft.objects.visible_to(by).filter(pk=draft.pk))
    access_log.wrote_draft(by, draft.pk, "draft:discarded")


def throw_away_drafts_of(person: User, *, by: User, owner: int) -> None:
    """Throw away what this person typed and never sent: it is the partner's (`owner`) whom they leave."""
    drafts = IntakeDraft.objects.filter(owner=person)
    access_log.threw_drafts_away(by, list(drafts.values_list("pk", flat=True)), owner)
    _throw_away(drafts)


@transaction.atomic
def _throw_away(drafts: QuerySet[IntakeDraft]) -> None:
    """Remove drafts, and their keys with them: what was typed is gone from backups, too."""
    ids = list(drafts.values_list("data_key", flat=True))
    if ids:
        drafts.delete()
        keys.destroy(ids)


def _says(
    case: Case,
    worker: Mapping[str, Any] | None,
    fields: Mapping[str, Any] | None,
    topics: Iterable[Topic] | None,
) -> bool:
    """Whether the case already is what a form that came again asks for."""
    wanted = [(case.worker, worker or {}), (case, fields or {})]
    same = all(getattr(row, name) == value for row, values in wanted for name, value in values.items())
    return same and (topics is None or set(topics) == set(case.topics.all()))


def _apply(row: Worker | Case, values: Mapping[str, Any]) -> list[str]:
    """Set the values that differ; the names of the fields that changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _one_at_a_time(key: UUID) -> None:
    """Let what the same form sends follow each other (PostgreSQL advisory lock until the transaction ends)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key.int & (2**63 - 1)])
