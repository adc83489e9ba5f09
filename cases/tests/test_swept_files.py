"""Files that never became a document, and where documents must not lie."""

import os
import time
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.core.checks import Error
from django.db import transaction

from cases import checks, storage
from cases.models import Case
from cases.tasks import sweep_files

from . import files
from .factories import make_case
from .files import add, kept

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def case() -> Case:
    return make_case()


def aged(path: Path, hours: float) -> Path:
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


def test_a_row_that_is_rolled_back_leaves_a_file_that_is_swept_a_day_later(case: Case, folder: Path) -> None:
    document = add(case)
    with transaction.atomic():
        orphan = add(case, file=files.checked("foto.png"), kind="photo")
        transaction.set_rollback(True)
    aged(folder / document.stored_as, 48)
    aged(folder / orphan.stored_as, 23)
    assert sweep_files() == 0
    aged(folder / orphan.stored_as, 25)
    assert [sweep_files() for _again in range(3)] == [1, 0, 0]
    assert kept(folder) == [document.stored_as]


def test_half_written_files_are_swept_and_nothing_that_is_not_ours(case: Case, folder: Path) -> None:
    document = add(case)
    home = (folder / document.stored_as).parent
    half, other = home / f"{uuid4().hex}.part", home / "README"
    for file in (half, other):
        file.write_bytes(b"x")
        aged(file, 30)
    assert storage.sweep() == 1
    assert other.exists()


def test_with_an_empty_database_nothing_is_swept(case: Case, folder: Path) -> None:
    stored = storage.keep(files.checked(), document_id=uuid4(), key_id=case.data_key_id)
    aged(folder / stored.name, 48)
    assert storage.sweep() == 0


def test_without_a_folder_there_is_nothing_to_sweep() -> None:
    assert storage.sweep() == 0


@pytest.mark.parametrize("inside", ["static", "public"])
def test_the_portal_says_when_documents_would_lie_in_the_open(
    settings: LazySettings, tmp_path: Path, inside: str
) -> None:
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = str(tmp_path / "static"), [tmp_path / "public"]
    assert checks.documents_are_private() == []
    settings.DOCUMENTS_DIR = str(tmp_path / inside / "documents")
    assert isinstance(checks.documents_are_private()[0], Error)
    settings.DOCUMENTS_DIR = "documents"
    assert isinstance(checks.documents_are_private()[0], Error)
