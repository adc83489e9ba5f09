"""What may stand in the way of a backup or a restore is one sentence, and loses nothing. The drill itself is a journey."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from cases.models import Case
from cases.tests.factories import make_case
from pmi_portal.backup import documents, keys, making, manifest, opening, parts, postgres, restoring
from pmi_portal.backup.trouble import Trouble
from pmi_portal.local import keeping
from pmi_portal.local.problem import Problem
from privacy import keyring
from rights import ledger

PASSPHRASE = "lima kata yang diundi"


IN_PROGRESS = """
import sys, time
from pathlib import Path
from pmi_portal.backup import parts
with parts.alone(Path(sys.argv[1])):
    Path(sys.argv[2]).mkdir()
    print("in progress", flush=True)
    time.sleep(600)
"""


def disk_full(*_arguments: object, **_named: object) -> Any:
    raise OSError(28, "No space left on device")


def no_facts() -> dict[str, Any]:
    return {"tables": {}, "migrations": []}


def made_dump(folder: Path) -> dict[str, Any]:
    (folder / manifest.DUMP).touch()
    return no_facts()


def append_erasure(at: str) -> None:
    ledger.append(ledger.Line(erasure="", case="", keys=[], by=0, at=at, why="retention"))


class TestKeys:
    def test_they_come_back_with_the_passphrase(self, tmp_path: Path) -> None:
        keys.write(tmp_path / "keys", PASSPHRASE)
        opened = keys.read(tmp_path / "keys", PASSPHRASE)
        assert opened["PRIVACY_KEYS"].startswith("tests:")
        assert set(opened) == set(keys.NAMES)
        assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
        assert "tests:" not in (tmp_path / "keys").read_text()

    def test_not_with_another_nor_when_altered_or_cut_off(self, tmp_path: Path) -> None:
        file = tmp_path / "keys"
        keys.write(file, PASSPHRASE)
        with pytest.raises(Trouble, match="does not open"):
            keys.read(file, "another passphrase")
        kept = json.loads(file.read_text())
        file.write_text(json.dumps(kept | {"sealed": "A" + kept["sealed"][1:]}))
        with pytest.raises(Trouble, match="does not open"):
            keys.read(file, PASSPHRASE)
        file.write_text(json.dumps(kept)[:50])
        with pytest.raises(Trouble, match="cut off"):
            keys.read(file, PASSPHRASE)

    def test_a_short_passphrase_and_a_file_that_is_there_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(Trouble, match="too short"):
            keys.write(tmp_path / "keys", "short")
        keys.write(tmp_path / "keys", PASSPHRASE)
        before = (tmp_path / "keys").read_bytes()
        with pytest.raises(Trouble, match="is there already"):
            keys.write(tmp_path / "keys", PASSPHRASE)
        assert (tmp_path / "keys").read_bytes() == before

    def test_they_never_lie_beside_the_backup(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="never lie beside"):
            call_command("backup", tmp_path, keys=tmp_path / "inside" / "keys")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("name", ["salt", "nonce", "sealed"])
    def test_a_file_with_a_part_cut_short_is_a_sentence(self, tmp_path: Path, name: str) -> None:
        keys.write(tmp_path / "keys", PASSPHRASE)
        kept = json.loads((tmp_path / "keys").read_text())
        (tmp_path / "keys").write_text(json.dumps(kept | {name: kept[name][:4]}))
        with pytest.raises(Trouble, match="does not open"):
            keys.read(tmp_path / "keys", PASSPHRASE)

    def test_a_disk_that_is_full_leaves_no_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "fsync", disk_full)
        with pytest.raises(Trouble, match="No space left"):
            keys.write(tmp_path / "keys", PASSPHRASE)
        assert list(tmp_path.iterdir()) == []

    def test_the_name_of_the_file_is_on_the_disk_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        synced: list[Path] = []
        monkeypatch.setattr(
            os, "fsync", lambda descriptor: synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        )
        keys.write(tmp_path / "keys", PASSPHRASE)
        assert synced[-1] == tmp_path

    def test_a_backup_that_breaks_off_leaves_no_file_in_the_way_of_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
        monkeypatch.setattr(making, "_database", disk_full)
        with pytest.raises(CommandError, match="No space left"):
            call_command("backup", tmp_path / "backups", keys=tmp_path / "keys")
        assert not (tmp_path / "keys").exists()
        monkeypatch.setattr(making, "_database", lambda *_arguments: no_facts())
        monkeypatch.setattr(manifest, "sha256", lambda _path: "0")
        call_command("backup", tmp_path / "backups", keys=tmp_path / "keys")
        assert keys.read(tmp_path / "keys", PASSPHRASE)
        assert "The backup is whole" in capsys.readouterr().out.splitlines()[-1]

    def test_what_stands_in_their_way_is_said_before_the_backup_is_made(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
        with pytest.raises(CommandError, match="is no folder"):
            call_command("backup", tmp_path / "backups", keys=tmp_path / "nowhere" / "keys")
        assert list(tmp_path.iterdir()) == []

    def test_where_nobody_can_type_a_passphrase_it_says_which_setting(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nobody(_asked: str) -> str:
            raise EOFError

        monkeypatch.setattr(keys, "getpass", nobody)
        with pytest.raises(CommandError, match="Set BACKUP_PASSPHRASE"):
            call_command("backup", tmp_path / "backups", keys=tmp_path / "keys")

    def test_they_are_shown_to_whoever_knows_the_passphrase(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keys.write(tmp_path / "keys", PASSPHRASE)
        monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
        call_command("restore", show_keys=tmp_path / "keys")
        assert "PRIVACY_INDEX_KEYS=tests:" in capsys.readouterr().out


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """One that looks whole; its dump is none."""
    folder = tmp_path / "portal-1"
    folder.mkdir()
    for name in (manifest.DUMP, manifest.DOCUMENTS):
        (folder / name).write_bytes(name.encode())
    files = {name: manifest.sha256(folder / name) for name in (manifest.DUMP, manifest.DOCUMENTS)}
    manifest.Manifest(
        made_at="2026-11-26T00:00:00Z",
        migrations=[],
        tables={"a": [1, "5"]},
        files=files,
        documents=0,
        ledger=0,
    ).write(folder)
    return folder


class TestReading:
    def test_a_whole_one_is_read(self, backup: Path) -> None:
        assert manifest.read(backup).tables == {"a": [1, "5"]}

    def test_one_that_lost_a_file_or_a_byte_is_refused(self, backup: Path) -> None:
        content = (backup / manifest.DUMP).read_bytes()
        (backup / manifest.DUMP).write_bytes(content[:-1])
        with pytest.raises(Trouble, match="not as it was written"):
            manifest.read(backup)
        (backup / manifest.DUMP).unlink()
        with pytest.raises(Trouble, match="is missing"):
            manifest.read(backup)

    def test_a_newer_one_says_what_to_do(self, backup: Path) -> None:
        kept = json.loads((backup / manifest.NAME).read_text())
        (backup / manifest.NAME).write_text(json.dumps(kept | {"format": 99}))
        with pytest.raises(Trouble, match="newer portal"):
            manifest.read(backup)

    def test_one_that_does_not_know_how_the_ledger_began_is_read(self, backup: Path) -> None:
        kept = json.loads((backup / manifest.NAME).read_text())
        del kept["ledger_sha256"], kept["seal"]
        key = keyring.keys().get(kept["sealed_by"])
        kept["format"] = manifest.SEALED
        (backup / manifest.NAME).write_text(json.dumps(kept | {"seal": manifest._seal(key, kept)}))
        assert manifest.read(backup).ledger_sha256 == ""

    def test_one_of_before_seals_is_refused(self, backup: Path) -> None:
        kept = json.loads((backup / manifest.NAME).read_text())
        del kept["seal"], kept["sealed_by"]
        (backup / manifest.NAME).write_text(json.dumps(kept | {"format": 1}))
        with pytest.raises(Trouble, match="before backups were sealed"):
            manifest.read(backup)

    @pytest.mark.parametrize(
        "altered", [{"documents": 5}, {"files": {}}, {"ledger": 1}, {"tables": {}}, {"seal": ""}, {"odd": 1}]
    )
    def test_a_manifest_that_was_altered_is_refused(self, backup: Path, altered: dict[str, Any]) -> None:
        kept = json.loads((backup / manifest.NAME).read_text())
        (backup / manifest.NAME).write_text(json.dumps(kept | altered))
        with pytest.raises(Trouble, match="not as it was written"):
            manifest.read(backup)

    @pytest.mark.parametrize("names", [[], [manifest.DUMP], [manifest.DUMP, manifest.DOCUMENTS, "more"]])
    def test_a_list_of_other_files_does_not_pass(self, backup: Path, names: list[str]) -> None:
        kept = vars(manifest.read(backup))
        manifest.Manifest(**kept | {"files": dict.fromkeys(names, "0")}).write(backup)
        with pytest.raises(Trouble, match="names other files"):
            manifest.read(backup)

    def test_keys_of_another_portal_are_told_before_anything_is_changed(
        self, backup: Path, settings: LazySettings
    ) -> None:
        other = base64.b64encode(bytes(32)).decode()
        settings.PRIVACY_KEYS = f"tests:{other}"
        with pytest.raises(Trouble, match="PRIVACY_KEYS are another portal's"):
            manifest.read(backup)
        settings.PRIVACY_KEYS = f"later:{other}"
        with pytest.raises(Trouble, match="“tests”, which is not among PRIVACY_KEYS"):
            manifest.read(backup)

    def test_a_disk_that_does_not_read_is_a_sentence(
        self, backup: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unreadable(*_arguments: object) -> None:
            raise OSError(5, "Input/output error")

        monkeypatch.setattr(hashlib, "file_digest", unreadable)
        with pytest.raises(CommandError, match="cannot be read: Input/output error"):
            call_command("restore", backup)

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 3}', '{"format": 3, "odd": 2}'])
    def test_what_is_no_backup_is_refused(self, backup: Path, content: str) -> None:
        (backup / manifest.NAME).write_text(content)
        with pytest.raises(Trouble, match="no backup"):
            manifest.read(backup)

    def test_a_folder_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="no backup"):
            call_command("restore", tmp_path / "nowhere")
        with pytest.raises(CommandError, match="Name the backup"):
            call_command("restore")


class TestMaking:
    def test_one_that_breaks_off_leaves_nothing_that_looks_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(making, "_database", lambda *_arguments: no_facts())
        monkeypatch.setattr(documents, "pack", disk_full)
        with pytest.raises(Trouble, match="No space left"):
            making.make(tmp_path / "backups", lambda _line: None)
        assert [path.name for path in (tmp_path / "backups").iterdir()] == [parts.LOCK]

    def test_what_cannot_be_removed_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(making, "_database", disk_full)
        monkeypatch.setattr(shutil, "rmtree", lambda *_arguments, **_named: None)
        with pytest.raises(
            Trouble, match=r"No space left on device\. .*/\.portal-.*\.part is left: remove it"
        ):
            making.make(tmp_path / "backups", lambda _line: None)

    def test_what_one_that_was_killed_left_is_removed_by_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stale, other = tmp_path / ".portal-20261126T010000Z.part", tmp_path / ".other.part"
        for folder in (stale, other):
            folder.mkdir()
            (folder / manifest.DUMP).touch()
        monkeypatch.setattr(making, "_write", lambda *_arguments: None)
        said: list[str] = []
        making.make(tmp_path, said.append)
        assert (stale.exists(), other.exists()) == (False, True)
        assert said == [f"removed {stale}, of a backup that was broken off"]

    def test_one_that_is_in_progress_is_left_alone_until_it_is_killed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(making, "_write", lambda *_arguments: None)
        part = tmp_path / ".portal-20261126T010000Z.part"
        other = subprocess.Popen(
            [sys.executable, "-c", IN_PROGRESS, tmp_path, part], stdout=subprocess.PIPE, text=True
        )
        with other:
            assert other.stdout is not None
            assert other.stdout.readline() == "in progress\n"
            with pytest.raises(Trouble, match="Another backup is being made"):
                making.make(tmp_path, lambda _line: None)
            assert part.exists()
            other.kill()
        making.make(tmp_path, lambda _line: None)
        assert not part.exists()

    def test_a_folder_of_documents_that_cannot_be_read_is_not_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
    ) -> None:
        settings.DOCUMENTS_DIR = str(tmp_path / "documents")
        (tmp_path / "documents" / "ab").mkdir(parents=True)
        (tmp_path / "documents" / "ab" / "file").touch()
        scan = os.scandir

        def some(path: Any) -> Any:
            if str(path).endswith("ab"):
                raise PermissionError(13, "Permission denied", str(path))
            return scan(path)

        monkeypatch.setattr(os, "scandir", some)
        monkeypatch.setattr(making, "_database", lambda *_arguments: no_facts())
        with pytest.raises(Trouble, match="documents/ab: Permission denied"):
            making.make(tmp_path / "backups", lambda _line: None)

    @pytest.mark.django_db(transaction=True)
    def test_whatever_the_database_refuses_is_a_sentence(self) -> None:
        with pytest.raises(Trouble, match=r"The database refused: relation .* does not exist"):  # noqa: SIM117
            with postgres.owner() as database:
                database.execute("SELECT * FROM nowhere")

    def test_the_manifest_knows_how_the_ledger_began(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
    ) -> None:
        settings.ERASURE_LEDGER = str(tmp_path / "ledger")
        append_erasure("2026-11-20T08:00:00+00:00")
        content = (tmp_path / "ledger").read_bytes()
        monkeypatch.setattr(making, "_database", lambda _database, folder, _say: made_dump(folder))
        kept = manifest.read(making.make(tmp_path / "backups", lambda _line: None))
        assert (kept.ledger, kept.ledger_sha256) == (len(content), hashlib.sha256(content).hexdigest())

    def test_a_place_that_is_no_folder_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(Trouble, match="cannot be written"):
            making.make(tmp_path / "file", lambda _line: None)

    def test_programs_older_than_the_server_are_not_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postgres, "_major", lambda path: 15)
        with pytest.raises(Trouble, match="postgresql-client-18"):
            postgres.program("pg_dump", 18)
        assert postgres.program("pg_dump", 15)


@pytest.mark.django_db(transaction=True)
class TestRestoring:
    def test_only_into_an_empty_database(self, backup: Path) -> None:
        with pytest.raises(CommandError, match="not empty"):
            call_command("restore", backup, no_ledger=True)

    def test_where_it_is_not_it_says_how_to_begin_anew(self, backup: Path, settings: LazySettings) -> None:
        with pytest.raises(
            CommandError, match=r"earlier try restored, drop the database (\w+) .*createdb \1\)"
        ):
            call_command("restore", backup, no_ledger=True)

    def test_a_step_that_fails_late_says_what_is_left_and_how_to_begin_anew(
        self, backup: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: LazySettings
    ) -> None:
        settings.DOCUMENTS_DIR = str(tmp_path / "documents")
        late = dict(restoring.steps(backup))
        late["the backup"]()
        with pytest.raises(Trouble, match=r"step “documents” failed: .* in part only.* To try again, drop"):
            late["documents"]()  # it is no tar
        monkeypatch.setattr(postgres, "tables", disk_full)
        with pytest.raises(Trouble, match=r"No space left on device\. .* in part only"):
            late["rows and digests"]()

    def test_only_with_a_ledger_that_has_not_shrunk(
        self, backup: Path, tmp_path: Path, settings: LazySettings
    ) -> None:
        settings.ERASURE_LEDGER = str(tmp_path / "ledger")
        kept = manifest.Manifest(**vars(manifest.read(backup)) | {"ledger": 5})
        (tmp_path / "ledger").touch()
        with pytest.raises(Trouble, match=r"0 bytes and had 5 .* set ERASURE_LEDGER to the ledger of today"):
            restoring._ledger(kept, none=False)
        (tmp_path / "ledger").write_text("\n" * 5)
        assert restoring._ledger(kept, none=False).endswith("5 bytes; no erasure is in it")

    def test_not_without_a_ledger_unless_somebody_says_that_there_is_none(
        self, backup: Path, tmp_path: Path, settings: LazySettings
    ) -> None:
        settings.ERASURE_LEDGER = str(tmp_path / "ledger")
        with pytest.raises(
            CommandError, match=r"no erasure ledger .*ledger: set ERASURE_LEDGER .* --no-ledger"
        ):
            call_command("restore", backup)
        with pytest.raises(CommandError, match="database is not empty"):  # the step after the ledger
            call_command("restore", backup, no_ledger=True)
        kept = manifest.Manifest(**vars(manifest.read(backup)) | {"ledger": 5})
        with pytest.raises(Trouble, match="ledger of 5 bytes when the backup was made"):
            restoring._ledger(kept, none=True)

    def test_only_with_a_ledger_that_begins_as_it_did(
        self, backup: Path, tmp_path: Path, settings: LazySettings
    ) -> None:
        settings.ERASURE_LEDGER = str(tmp_path / "ledger")
        append_erasure("2026-11-20T08:00:00+00:00")
        size = ledger.size()
        facts = {"ledger": size, "ledger_sha256": ledger.digest(size)}
        kept = manifest.Manifest(**vars(manifest.read(backup)) | facts)
        append_erasure("2026-11-25T08:00:00+00:00")
        assert restoring._ledger(kept, none=False).endswith(
            "the last erasure in it is of 2026-11-25T08:00:00+00:00"
        )
        whole = (tmp_path / "ledger").read_bytes()
        for other in (b"x" * size, b"\n" + whole, whole[:5] + b"x" + whole[6:]):
            (tmp_path / "ledger").write_bytes(other)
            with pytest.raises(Trouble, match="does not begin as it did when the backup was made"):
                restoring._ledger(kept, none=False)

    def test_a_file_that_is_no_ledger_is_refused_before_anything_is_changed(
        self, backup: Path, tmp_path: Path, settings: LazySettings
    ) -> None:
        settings.ERASURE_LEDGER = str(tmp_path / "ledger")
        for content in (b"something else\n", b"\xff\xfe\n"):
            (tmp_path / "ledger").write_bytes(content)
            with pytest.raises(CommandError, match=r"no (line of the )?erasure ledger.* Nothing was changed"):
                call_command("restore", backup)

    def test_a_row_that_differs_is_named(self, backup: Path) -> None:
        with postgres.owner() as database:
            there = postgres.holdings(database, postgres.tables(database))
            facts = {
                "tables": there,
                "migrations": postgres.migrations(database),
                "log": postgres.log_head(database),
            }
        whole = manifest.Manifest(**vars(manifest.read(backup)) | facts)
        restoring._compare(whole)
        there["accounts_user"][1] += "1"
        with pytest.raises(Trouble, match="Not what was backed up: accounts_user"):
            restoring._compare(whole)

    def test_other_migrations_and_another_log_than_the_backup_names_are_refused(self, backup: Path) -> None:
        with postgres.owner() as database:
            facts = {
                "tables": postgres.holdings(database, postgres.tables(database)),
                "migrations": postgres.migrations(database),
                "log": postgres.log_head(database),
            }
        whole = vars(manifest.read(backup)) | facts
        with pytest.raises(Trouble, match=r"migrations that came back .*: later\.0001"):
            restoring._compare(
                manifest.Manifest(**whole | {"migrations": [*whole["migrations"], "later.0001"]})
            )
        with pytest.raises(Trouble, match=r"migrations that came back .*: another order"):
            restoring._compare(manifest.Manifest(**whole | {"migrations": whole["migrations"][::-1]}))
        with pytest.raises(Trouble, match=r"access log that came back .* 7 were backed up"):
            restoring._compare(manifest.Manifest(**whole | {"log": {"size": 7, "peaks": "00"}}))


@pytest.mark.django_db
class TestOpening:
    def test_the_keys_of_the_portal_open_and_find_what_came_back(self) -> None:
        make_case()
        assert opening.try_data_keys().endswith("tried, all open")
        assert opening.try_index_keys() == "3 blind indexes made again, all alike"

    @pytest.mark.parametrize("name", ["later", "tests"])
    def test_other_index_keys_are_refused(self, settings: LazySettings, name: str) -> None:
        make_case()
        settings.PRIVACY_INDEX_KEYS = f"{name}:{base64.b64encode(bytes(32)).decode()}"
        with pytest.raises(Trouble, match="PRIVACY_INDEX_KEYS did not make"):
            opening.try_index_keys()

    def test_those_of_then_behind_those_of_today_are_enough(self, settings: LazySettings) -> None:
        make_case()
        settings.PRIVACY_INDEX_KEYS = (
            f"later:{base64.b64encode(bytes(32)).decode()},{settings.PRIVACY_INDEX_KEYS}"
        )
        opening.try_index_keys()

    def test_an_index_of_another_person_is_refused(self) -> None:
        case = make_case(reporter_name="Siti Contoh", reporter_contact="0812 1111 1111")
        other = make_case(reporter_name="Rahmat Misal", reporter_contact="0812 2222 2222")
        Case.objects.filter(pk=case.pk).update(reporter_index=other.reporter_index)
        with pytest.raises(Trouble, match="PRIVACY_INDEX_KEYS did not make"):
            opening.try_index_keys()


class TestOnOneMachine:
    def test_keys_of_a_portal_that_has_its_own_are_not_passed_over_in_silence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = subprocess.CompletedProcess([], 0, stdout="SECRET_KEY=of the backup\n")
        monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_named: said)
        monkeypatch.setenv("KEYS", "keys")
        (tmp_path / "secret_key").write_text("its own")
        with pytest.raises(Problem, match="SECRET_KEY of its own already"):
            keeping._take_over_keys(tmp_path)
        (tmp_path / "secret_key").unlink()
        keeping._take_over_keys(tmp_path)
        assert (tmp_path / "secret_key").read_text() == "of the backup"
