"""The search for canaries finds every kind in every spelling, and nothing else."""

import base64
import gzip
import zlib

import pytest

from pmi_portal.tests.journeys.canaries import SPELLINGS, Canaries, Kind, filled, forms_of, unpacked, whole


@pytest.fixture
def canaries() -> Canaries:
    made = Canaries()
    for kind in Kind:
        for _number in range(200):
            made.new(kind)
    return made


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_is_found_in_each_spelling(canaries: Canaries, kind: Kind, spelling: str) -> None:
    text = whole(kind, 137)
    content = b"\x00 before " + SPELLINGS[spelling](text) + b" after \xff"
    assert text in {found for found, _how in canaries.found_in(content)}


@pytest.mark.parametrize("shift", range(3))
def test_base64_is_known_wherever_it_begins(canaries: Canaries, shift: int) -> None:
    text = whole(Kind.NAME, 42)
    content = base64.b64encode(b"x" * shift + text.encode() + b" tail")
    assert text in {found for found, _how in canaries.found_in(content)}


def test_what_begins_alike_and_was_not_planted_is_none(canaries: Canaries) -> None:
    assert not canaries.found_in("".join(whole(kind, 201) for kind in Kind).encode())


def test_compressed_streams_are_opened(canaries: Canaries) -> None:
    text = whole(Kind.SENTENCE, 7).encode()
    pdf = b"%PDF stream\n" + zlib.compress(text) + b"\nendstream"
    for content in (pdf, gzip.compress(text)):
        assert any(canaries.found_in(opened) for opened in unpacked(content))


def test_a_form_is_filled_in_everywhere(canaries: Canaries) -> None:
    page = """
        <form method="post" action="/a/"><input type="hidden" name="key" value="k"><input name="name">
        <textarea name="text"></textarea><input type="radio" name="r" value="1"><input type="radio" name="r" value="2">
        <input type="datetime-local" name="at" value="2026-11-25T10:00">
        <select name="s"><option value="">-</option><option value="x">x</option><option value="y">y</option></select></form>
        <form method="get" action="/b/"><input name="q"></form>"""
    [form] = forms_of(page)
    sent = dict(filled(form, canaries, s="y"))
    assert sent == {
        "key": "k",
        "at": "2026-11-25T10:00",
        "r": "1",
        "s": "y",
        "name": whole(Kind.NAME, 201),
        "text": whole(Kind.SENTENCE, 201),
    }
