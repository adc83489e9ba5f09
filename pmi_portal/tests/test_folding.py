"""Templates of Jinja2 are compiled once for each language: what is the same for everybody is text in them."""

from typing import Any

import pytest
from django.template import engines
from django.utils import translation
from jinja2 import nodes

from pmi_portal.folding import Environment
from pmi_portal.jinja import environment

LANGUAGES = ("id", "en")


def of(language: str | None) -> Environment:
    made: Any = environment(language=language, autoescape=True)
    return made


@pytest.mark.parametrize(
    "source",
    [
        '{{ _("Cases") }}',
        '{{ pgettext("navigation", "More") }}',
        "{% trans %}Shortcut:{% endtrans %}",
        "{% trans n=3 %}{{ n }} unread notice{% pluralize %}{{ n }} unread notices{% endtrans %}",
        '{{ svg("bell", label=_("Notices")) }}',
        '<a title="{{ _(\'Cases\') }}">{{ "<b>" }}</a>',
        '{% set word = _("Cases") %}{{ word }}',
        '{% set cases = "Cases" %}{{ _(cases) }}',
    ],
)
def test_a_language_says_what_translating_at_the_time_would_say(source: str) -> None:
    for language in LANGUAGES:
        with translation.override(language):
            assert of(language).from_string(source).render() == of(None).from_string(source).render()


def test_labels_and_icons_are_text_in_what_is_compiled() -> None:
    code = of("id").compile('{{ _("Cases") }} {{ svg("bell") }} {{ static("css/portal.css") }}', raw=True)
    assert "Kasus" in code
    assert "sprite" in code
    assert "gettext" not in code


def test_what_is_given_is_not() -> None:
    tree = of("id").parse("{{ svg(name) }} {{ _(words) }} {{ other('x') }}")
    assert len(list(tree.find_all(nodes.Call))) == 3


def test_what_is_folded_is_no_way_past_escaping() -> None:
    page = of("id").from_string('{{ "<b>" }}{{ given }}{{ _("Cases") ~ given }}').render(given="<script>")
    assert "<script>" not in page
    assert "<b>" not in page


def test_each_reader_gets_the_template_of_their_language() -> None:
    engine: Any = engines["jinja"]
    said = {}
    for language in LANGUAGES:
        with translation.override(language):
            said[language] = engine.get_template("_components/bell.jinja").render({"unread_count": 2})
    assert "Notices" in said["en"]
    assert "Notices" not in said["id"]


def test_indentation_weighs_nothing() -> None:
    assert of("id").from_string("<p>\n      a\n    </p>").render() == "<p>\na\n</p>"
