"""What may stand in the way of a backup or a restore is one sentence, and loses nothing. The drill itself is a journey."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from pmi_portal.backup import keys, making, manifest, postgres, restoring
from pmi_portal.backup.trouble import Trouble

PASSPHRASE = "lima kata yang diundi"


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

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 1, "odd": 2}'])
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
        def disk_full(*_arguments: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(making, "_database", lambda *_arguments: {"tables": {}, "migrations": []})
        monkeypatch.setattr(making, "_documents", disk_full)
        with pytest.raises(Trouble, match="No space left"):
            making.make(tmp_path / "backups", lambda _line: None)
        assert list((tmp_path / "backups").iterdir()) == []

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
            call_command("restore", backup)

    def test_only_with_a_ledger_that_has_not_shrunk(
        self, backup: Path, tmp_path: Path, settings: LazySettings
    ) -> None:
        settings.ERASURE_LEDGER = str(tmp_path / "ledger")
        kept = manifest.Manifest(**vars(manifest.read(backup)) | {"ledger": 5})
        with pytest.raises(Trouble, match="set ERASURE_LEDGER to the ledger of today"):
            restoring._ledger(kept)
        (tmp_path / "ledger").write_text("12345")
        assert restoring._ledger(kept).endswith("5 bytes")

    def test_a_row_that_differs_is_named(self, backup: Path) -> None:
        with postgres.owner() as database:
            there = postgres.holdings(database, postgres.tables(database))
        whole = manifest.read(backup)
        restoring._compare(manifest.Manifest(**vars(whole) | {"tables": there}))
        there["accounts_user"][1] += "1"
        with pytest.raises(Trouble, match="Not what was backed up: accounts_user"):
            restoring._compare(manifest.Manifest(**vars(whole) | {"tables": there}))
