"""Keys are changed while the portal is at work, and nothing is lost however that is stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import User
from accounts.tests.factories import make_user
from agencies.tests.factories import make_partner
from cases.models import Case, Worker
from cases.tests.factories import make_case
from privacy import checks, keyring, keys, rotation
from privacy.index_field import indexes
from privacy.models import DataKey
from privacy.sealing import SealBroken

OLD = "old:" + "b2xk" * 10 + "b2w="
NEW = "new:" + "bmV3" * 10 + "bmU="


def rotate(*options: str) -> list[str]:
    out = StringIO()
    call_command("rotate_keys", *options, stdout=out)
    return out.getvalue().splitlines()


def opened(ids: list[UUID]) -> list[bytes]:
    """The keys as somebody reads them who has not read them before."""
    with keys.scope():
        return [keys.open_(pk) for pk in ids]


@pytest.fixture
def ids(db: None, settings: Any) -> list[UUID]:
    """Data keys that the old key has wrapped; the new one is the active one now."""
    settings.PRIVACY_KEYS = OLD
    made = [key.pk for key in keys.make_many(25)]
    settings.PRIVACY_KEYS = f"{NEW},{OLD}"
    return made


def test_all_data_keys_are_wrapped_anew_and_open_as_before(ids: list[UUID], settings: Any) -> None:
    before = opened(ids)
    lines = rotate("--batch", "10")
    assert lines == [
        *(f"data keys: {done} of 25" for done in (0, 10, 20, 25)),
        "All data keys are wrapped by “new”.",
    ]
    settings.PRIVACY_KEYS = NEW
    assert opened(ids) == before


def test_a_second_time_there_is_nothing_to_do(ids: list[UUID]) -> None:
    rotate()
    wrapped = dict(DataKey.objects.values_list("pk", "wrapped"))
    assert rotate() == ["data keys: 0 of 0", "All data keys are wrapped by “new”."]
    assert dict(DataKey.objects.values_list("pk", "wrapped")) == wrapped


def test_destroyed_keys_stay_destroyed(ids: list[UUID]) -> None:
    keys.destroy(ids[:5])
    assert rotate()[-2] == "data keys: 20 of 20"
    assert DataKey.objects.filter(wrapped_by="").count() == 5


def test_a_key_that_rows_still_need_is_asked_for_by_name(ids: list[UUID], settings: Any) -> None:
    settings.PRIVACY_KEYS = NEW
    for options in ((), ("--check",)):
        with pytest.raises(CommandError, match="PRIVACY_KEYS lacks “old”, which 25 data keys are wrapped by"):
            rotate(*options)
    (error,) = checks.every_key_in_use_is_there(databases=["default"])
    assert "lacks “old”" in error.msg
    settings.PRIVACY_KEYS = f"{NEW},{OLD}"
    assert checks.every_key_in_use_is_there(databases=["default"]) == []


def test_the_check_says_what_is_still_needed(ids: list[UUID]) -> None:
    said = "\n".join(rotate("--check"))
    assert "25 data keys wait to be wrapped by “new”." in said
    assert "“old” is still needed" in said
    rotate()
    assert rotate("--check") == ["Only the active keys are in use."]


def test_a_data_key_that_was_tampered_with_stops_it_with_a_sentence(ids: list[UUID]) -> None:
    DataKey.objects.filter(pk=ids[3]).update(wrapped=b"spoiled" * 8)
    with pytest.raises(CommandError, match="Stopped: A data key was altered"):
        rotate("--batch", "1")
    with pytest.raises(SealBroken):
        opened([ids[3]])


@pytest.mark.parametrize("batch", ["0", "-1"])
def test_a_batch_of_nothing_is_refused(db: None, batch: str) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        rotate("--batch", batch)


def test_a_bar_is_drawn_on_a_terminal(ids: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    call_command("rotate_keys", "--batch", "10", stdout=out)
    drawn = out.getvalue().partition("\n")[0].split("\r")
    assert drawn[-1] == f"data keys [{'#' * 30}] 25/25"
    assert f"data keys [{'#' * 12}{'-' * 18}] 10/25" in drawn


# At work and killed -----------------------------------------------------------------------------------


@pytest.fixture
def many(transactional_db: None, settings: Any) -> Iterator[list[UUID]]:
    settings.PRIVACY_KEYS = OLD
    made = [key.pk for key in keys.make_many(300)]
    settings.PRIVACY_KEYS = f"{NEW},{OLD}"
    yield made
    DataKey.objects.all().delete()


def test_killed_midway_it_goes_on_where_it_was_and_all_is_read_all_the_time(many: list[UUID]) -> None:
    before = opened(many)
    where = connection.settings_dict
    env = os.environ | {
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{where['NAME']}",
        "PRIVACY_KEYS": f"{NEW},{OLD}",
        "DJANGO_SETTINGS_MODULE": "pmi_portal.settings",
        "PYTHONUNBUFFERED": "1",
        "DEMO": "true",
    }
    command = [sys.executable, "-W", "ignore", "manage.py", "rotate_keys", "--batch", "3"]
    with transaction.atomic():  # what is held here keeps it from coming to its end before it is killed
        list(DataKey.objects.select_for_update().filter(pk__in=many[:100]))
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            for line in running.stdout:
                assert opened(many) == before
                if line.startswith("data keys: 30 of"):
                    running.send_signal(signal.SIGKILL)
                    break
    assert running.returncode == -signal.SIGKILL
    left = rotation.to_rewrap().count()
    assert 100 <= left <= 270
    assert opened(many) == before
    assert rotate()[0] == f"data keys: 0 of {left}"
    assert rotation.to_rewrap().count() == 0
    assert opened(many) == before


def test_keys_that_somebody_holds_are_left_for_later(
    many: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "PAUSE", 0.01)
    worker = Thread(target=_rotate_elsewhere)
    with transaction.atomic():
        list(DataKey.objects.select_for_update().filter(pk__in=many[:7]))
        worker.start()
        while DataKey.objects.filter(wrapped_by="new").count() < 293:
            assert worker.is_alive()
    worker.join()
    assert rotation.to_rewrap().count() == 0


def _rotate_elsewhere() -> None:
    try:
        rotate("--batch", "50")
    finally:
        connection.close()


# Blind indexes ----------------------------------------------------------------------------------------


@pytest.fixture
def caseworker(db: None) -> User:
    return make_user(partner=make_partner())


def test_indexes_are_made_anew_and_a_case_is_found_all_the_time(caseworker: User, settings: Any) -> None:
    settings.PRIVACY_INDEX_KEYS = OLD
    cases = [
        make_case(by=caseworker, worker={"name": f"Siti {name}"}) for name in ("Melati", "Mawar", "Kenanga")
    ]
    settings.PRIVACY_INDEX_KEYS = f"{NEW},{OLD}"
    assert list(Case.objects.search("siti kenanga")) == [cases[2]]
    lines = rotate("--index", "--batch", "2")
    assert "cases.Worker.blind_index: 3 of 3" in lines
    assert "cases.Case.reporter_index: 3 of 3" in lines
    settings.PRIVACY_INDEX_KEYS = NEW
    assert list(Case.objects.search("siti kenanga")) == [cases[2]]
    assert Case.objects.search("pelapor").count() == 3
    assert not any(rotation.to_index(model, field).exists() for model, field in indexes())


def test_erased_rows_hold_up_no_other(caseworker: User, settings: Any) -> None:
    settings.PRIVACY_INDEX_KEYS = OLD
    erased, other = (make_case(by=caseworker, worker={"name": name}) for name in ("Melati", "Mawar"))
    keys.destroy([erased.data_key_id, erased.worker.data_key_id])
    settings.PRIVACY_INDEX_KEYS = f"{NEW},{OLD}"
    rotate("--index")
    settings.PRIVACY_INDEX_KEYS = NEW
    assert list(Case.objects.search("mawar")) == [other]
    assert len(Worker.objects.get(pk=erased.worker_id).blind_index) == 1


def test_an_index_key_that_rows_still_need_is_asked_for(caseworker: User, settings: Any) -> None:
    settings.PRIVACY_INDEX_KEYS = OLD
    make_case(by=caseworker)
    settings.PRIVACY_INDEX_KEYS = f"{NEW},{OLD}"
    assert any("3 rows wait for their index under “new”" in line for line in rotate("--check"))
    settings.PRIVACY_INDEX_KEYS = NEW
    with pytest.raises(CommandError, match=r"1 rows of cases\.Worker cannot be found"):
        rotate("--check")
    assert keyring.index_keys().active.name == "new"
