"""The tags and components: times in words in both languages, icons that exist, components that need nothing optional."""

import datetime
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest
from django.conf import settings
from django.template import Context, RequestContext, Template, engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from accounts.models import User
from cases import timeline
from pmi_portal.templatetags import portal

NOW = datetime.datetime(2026, 11, 23, 5, 0, tzinfo=datetime.UTC)  # a Monday, 12.00 in Jakarta
TEMPLATES = sorted(
    path for path in Path(settings.BASE_DIR, "templates").rglob("*.*") if path.suffix in (".html", ".jinja")
)
SPRITE_IDS = set(
    re.findall(r'<symbol id="([^"]+)"', Path(settings.BASE_DIR, "static", portal.SPRITE).read_text())
)


@pytest.fixture(autouse=True)
def _monday_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def after(**parts: int) -> datetime.datetime:
    return NOW + datetime.timedelta(**parts)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (after(seconds=20), "just now"),
        (after(hours=3), "in 3 hours"),
        (after(hours=-3), "3 hours ago"),
        (after(days=-2, hours=-5), "2 days ago"),
    ],
)
def test_relative_says_how_far_a_moment_is(when: datetime.datetime, words: str) -> None:
    with translation.override("en"):
        assert portal.relative(when).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (after(seconds=20), "due now"),
        (after(hours=3), "3 hours left"),
        (after(days=-2), "2 days late"),
    ],
)
def test_remaining_says_how_long_is_left_or_how_late_it_is(when: datetime.datetime, words: str) -> None:
    with translation.override("en"):
        assert portal.remaining(when).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("when", "english", "indonesian"),
    [
        (after(hours=4), "16:00", "16.00"),
        (after(days=3, hours=4), "Thu 16:00", "Kam 16.00"),
        (after(days=-3), "20 Nov 12:00", "20 Nov 12.00"),
        (after(days=11), "4 Dec 12:00", "4 Des 12.00"),
        (after(days=60), "22 Jan 12:00", "22 Jan 12.00"),
        (after(days=-500), "11 Jul 2025", "11 Jul 2025"),
    ],
)
def test_clock_is_short_but_never_ambiguous(when: datetime.datetime, english: str, indonesian: str) -> None:
    with timezone.override("Asia/Jakarta"):
        with translation.override("en"):
            assert portal.clock(when) == english
        with translation.override("id"):
            assert portal.clock(when) == indonesian


def test_moments_are_told_in_the_readers_zone_and_name_it() -> None:
    with translation.override("id"), timezone.override("Asia/Jakarta"):
        assert portal.full_moment(NOW) == "Senin, 23 November 2026, 12.00 WIB"
    with translation.override("id"), timezone.override("Asia/Makassar"):
        assert portal.clock(NOW) == "13.00"


def test_a_moment_carries_the_exact_time_for_machines() -> None:
    with translation.override("en"), timezone.override("Asia/Jakarta"):
        html = portal.moment(NOW)
    assert 'datetime="2026-11-23T05:00:00+00:00"' in html
    assert 'title="Monday, 23 November 2026, 12:00 WIB"' in html


def test_no_moment_prints_nothing_and_is_never_overdue() -> None:
    assert (
        portal.relative(None)
        == portal.remaining(None)
        == portal.clock(None)
        == portal.full_moment(None)
        == ""
    )
    assert portal.moment(None) == ""
    assert not portal.is_overdue(None)
    assert not portal.is_soon(None)


def test_overdue_and_soon_exclude_each_other() -> None:
    assert portal.is_overdue(NOW)
    assert not portal.is_soon(NOW)
    assert portal.is_soon(after(hours=24))
    assert not portal.is_overdue(after(hours=24))
    assert not portal.is_soon(after(hours=25))


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in portal.icon("bell")
    assert 'role="img" aria-label="&lt;New&gt;"' in portal.icon("bell", label="<New>")


def test_a_form_carries_token_and_key_inside_an_include_with_only_as_well() -> None:
    request = RequestFactory().get("/")
    inner = Template('{% load portal %}{% component "confirm_button" url="/x/" label="Go" %}')
    page = Template("{% include inner only %}").render(RequestContext(request, {"inner": inner}))
    assert 'name="csrfmiddlewaretoken"' in page
    assert 'name="key"' in page


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.name))
def test_every_icon_a_template_names_is_in_the_sprite(path: Path) -> None:
    named = set(re.findall(r'(?:{% icon |\bsvg\()"([^"]+)"', path.read_text())) | set(
        re.findall(r'\bicon="([^"]+)"', path.read_text())
    )
    assert named <= SPRITE_IDS


def test_every_icon_of_the_timeline_is_in_the_sprite() -> None:
    assert {icon for icon, _tone in timeline.LOOK.values()} <= SPRITE_IDS


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.name))
def test_no_template_carries_script_or_style_inline(path: Path) -> None:
    html = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", path.read_text(), flags=re.S)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)\s*=", html)
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)", html)


def event(**more: object) -> SimpleNamespace:
    return SimpleNamespace(**{"at": NOW, "title": "Accepted", **more})


REQUIRED_ONLY: dict[str, dict[str, Any]] = {
    "page_header": {"title": "Case"},
    "back": {"url": "/", "label": "Cases"},
    "urgency": {"code": "urgent", "label": "Urgent"},
    "referral_state": {"code": "sent", "label": "Sent"},
    "case_state": {"code": "open", "label": "Open"},
    "deadline": {"due_at": NOW},
    "whose_move": {"name": "KBRI Doha"},
    "move": {"name": "KBRI Doha"},
    "timeline": {"events": [event(), event(text="Told the employer", tone="good", icon="send")]},
    "empty": {"title": "Nothing waits"},
    "alert": {"tone": "bad", "text": "No"},
    "definition_list": {"rows": [{"label": "Country", "value": "Qatar"}, {"label": "Passport", "value": ""}]},
    "pager": {},
    "place_lost": {"lost": True},
    "confirm_button": {"url": "/x/", "label": "Go"},
    "tabs": {"tabs": [{"label": "All", "url": "/", "active": True}], "label": "State"},
    "person": {"name": "Ayu Rekaan"},
    "stat": {"value": 0, "label": "Late"},
    "ranking": {
        "candidates": [{"partner": {"id": 1, "name": "KJRI Jeddah"}, "reasons": ["In its district."]}]
    },
    "unconfirmed": {},
    "copy": {"text": "SP-2026-000042"},
    "keys": {"keys": "g i", "label": "inbox"},
    "required_note": {},
    "submit_bar": {"label": "Save"},
    "bell": {"unread_count": 3},
    "message": {"text": "Saved", "tags": "success"},
}


class SaysSo(jinja2.Undefined):
    """A name that means nothing shows itself when it is written out; asking whether it is there is no fault."""

    def __str__(self) -> str:
        return f"UNDEFINED {self._undefined_name}"


def written(name: str) -> str:
    """The template of a component, for either engine."""
    [path] = Path(settings.BASE_DIR, "templates", "_components").glob(f"{name}.*")
    return f"_components/{path.name}"


@pytest.mark.parametrize("name", sorted(REQUIRED_ONLY))
def test_a_component_needs_only_what_its_list_calls_required(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engines["django"].engine  # type: ignore[attr-defined]  # only Django's own engines are typed
    monkeypatch.setattr(engine, "string_if_invalid", "UNDEFINED %s")
    jinja: Any = engines["jinja"]
    monkeypatch.setattr(jinja.env, "undefined", SaysSo)
    assert "UNDEFINED" not in render_to_string(written(name), REQUIRED_ONLY[name])


def test_an_empty_fact_is_left_out_unless_missing_ones_are_wanted() -> None:
    rows = REQUIRED_ONLY["definition_list"]
    assert "Passport" not in render_to_string(written("definition_list"), rows)
    assert "Passport" in render_to_string(written("definition_list"), {**rows, "show_missing": True})


def test_what_people_type_is_escaped() -> None:
    html = render_to_string(written("timeline"), {"events": [event(text="<b>x</b>")]})
    assert "<p>&lt;b&gt;x&lt;/b&gt;</p>" in html


@pytest.mark.parametrize("role", ["caseworker", "portal_admin"])
def test_every_page_of_the_navigation_exists(role: str) -> None:
    request = RequestFactory().get("/")
    request.user = User(role=role)
    html = render_to_string("_components/layout/navigation.jinja", {"user": request.user}, request=request)
    assert "<li>" in html
    assert 'href="#"' not in html


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_the_plain_error_pages_need_no_context(name: str) -> None:
    assert "Portal PMI" in Template(f'{{% extends "{name}" %}}').render(Context())
