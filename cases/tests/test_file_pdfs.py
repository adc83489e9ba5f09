"""A PDF is paper: what acts, sends, hides files or is locked is refused."""

import io
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from cases import file_pdfs
from cases.file_check import check
from cases.tests import files


def written(change: str) -> bytes:
    """A PDF by another library, with one thing that a paper does not do."""
    writer = PdfWriter(clone_from=io.BytesIO(files.pdf()))
    if change == "file":
        writer.add_attachment("evil.exe", b"MZ")
    if change == "locked":
        writer.encrypt("", "owner", algorithm="AES-256")
    if change in ("JavaScript", "Launch"):
        act = {"/S": NameObject(f"/{change}"), "/JS": TextStringObject("app.alert(1)")}
        opened = DictionaryObject({NameObject(key): value for key, value in act.items()})
        writer.root_object[NameObject("/OpenAction")] = opened
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def hidden(content: bytes) -> bytes:
    """The same in a compressed stream of objects, where no plain search finds it."""
    packed = zlib.compress(content)
    stream = b"9 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\r\n" % len(packed)
    return files.pdf().replace(b"%%EOF", stream + packed + b"\nendstream\nendobj\n%%EOF")


def refusal(content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        check(SimpleUploadedFile("a.pdf", content))
    assert refused.value.code == "forbidden"
    return refused.value.messages[0]


@pytest.mark.parametrize("change", ["JavaScript", "file", "Launch"])
def test_a_pdf_that_acts_is_refused_with_what_to_do(change: str) -> None:
    assert "Please print it to a new PDF" in refusal(written(change))


@pytest.mark.parametrize(
    "content", [b"1 0 <</S/JavaScript/JS(app.alert(1))>>", b"1 0 <</S/J#61va#53cript>>", b"1 0 <</S/Launch>>"]
)
def test_what_acts_is_found_in_compressed_streams_and_under_written_out_names(content: bytes) -> None:
    assert "Please print it to a new PDF" in refusal(hidden(content))


def test_a_locked_pdf_is_refused_for_nobody_could_look_into_it() -> None:
    assert "locked with a password" in refusal(written("locked"))


def test_a_stream_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_pdfs, "OPENED", 1_000_000)
    assert "Please print it" in refusal(hidden(b"\0" * 2_000_000))


@pytest.mark.parametrize(
    "content", [written(""), hidden(b"1 0 <</Type/Font/Names/JSmith>>"), hidden(b"x")[:-6] + b"\n%%EOF\n"]
)
def test_a_plain_pdf_is_kept_as_it_is(content: bytes) -> None:
    assert b"".join(check(SimpleUploadedFile("a.pdf", content)).chunks()) == content
