"""What the components in templates/_components/ need: icons, times in words, links of the navigation."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, Select
from django.forms.renderers import Jinja2
from django.template.base import Node, NodeList, Parser, Token
from django.template.loader import get_template
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import get_language, gettext, pgettext

from agencies.choices import Urgency
from pmi_portal.bars import draw
from referrals.choices import State

register = template.Library()

WIDGETS = Jinja2()  # of Django's own, which it has for both engines
SPRITE = "vendor/bootstrap-icons/sprite.svg"
KEPT = 2_000  # small pieces of pages that are drawn once by each process
LABELS: dict[str, Any] = {"urgency": Urgency, "referral_state": State}
MINUTE = datetime.timedelta(minutes=1)


@register.simple_tag
@lru_cache(maxsize=KEPT)
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon of the sprite. Without a label it is decoration, and screen readers pass over it."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        spoken,
        static(SPRITE),
        name,
    )


@register.simple_tag
def sign(name: str, code: str = "", label: str = "") -> SafeString:
    """Draw a component that says nothing but a code and its label, such as `urgency`: once for each, not for each row.

    A label need not be given for the codes of `LABELS`. What is drawn stays in memory: never for what was typed.
    """
    return _drawn(name, get_language(), code=str(code), label=str(label))


@lru_cache(maxsize=KEPT)
def _drawn(component: str, _language: str | None, **values: str | bool) -> SafeString:
    if component in LABELS and not values["label"]:
        values["label"] = str(LABELS[component](values["code"]).label)
    return SafeString(get_template(f"_components/{component}.jinja").render(values))


@register.simple_tag(takes_context=True)
def component(context: Mapping[str, Any], name: str, /, **values: Any) -> SafeString:
    """Draw a component of templates/_components/: it knows these values, and the request for the key of a form."""
    return piece(context, f"_components/{name}.jinja", **values)


@register.simple_tag(takes_context=True)
def piece(context: Mapping[str, Any], name: str, /, **values: Any) -> SafeString:
    """Draw a piece of a page that is written for Jinja2, as `component` does; for pages of Django's engine that share it."""
    values["request"] = _request(context)
    return SafeString(get_template(name).render(values))


def _request(context: Any) -> Any:
    """Known inside `{% include … only %}` as well, which leaves out all other names."""
    return getattr(context, "request", None) or context.get("request")


@register.filter
def control(field: BoundField) -> SafeString:
    """Draw what is filled in, in the classes that crispy-forms gives it; the rest of the field is the component `field`."""
    widget = field.field.widget
    classes = [type(widget).__name__.lower(), "form-select" if isinstance(widget, Select) else "form-control"]
    if given := widget.attrs.get("class"):
        classes.insert(0, given)
    if field.errors:
        classes.append("is-invalid")
    return widget_of(field, attrs={"class": " ".join(classes)})


def widget_of(field: BoundField, **options: Any) -> SafeString:
    """Draw what is filled in alone, by Jinja2 where it is one of Django's own."""
    if field.field.widget.template_name.startswith("django/forms/"):
        field.form.renderer = WIDGETS
    return field.as_widget(**options)


@register.tag
def layout(parser: Parser, token: Token) -> LayoutNode:
    """Draw layout.jinja around the blocks that a page of Django's engine fills."""
    nodes = parser.parse(("endlayout",))
    parser.delete_first_token()
    return LayoutNode(nodes)


class LayoutNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        found = context.render_context[BLOCK_CONTEXT_KEY].blocks
        blocks = [node for node in self.nodelist if isinstance(node, BlockNode)]
        parts = {block.name: block.render(context) for block in blocks if len(found[block.name]) > 1}
        known: Any = context.flatten()
        return SafeString(get_template("layout.jinja").render(known | {"parts": parts}))


@register.simple_tag(takes_context=True)
def nonce(context: template.Context) -> str:
    """Let a script tag of ours run: the Content-Security-Policy of this answer names the same random word."""
    return str(getattr(_request(context), "csp_nonce", ""))


@register.filter
def relative(when: datetime.datetime | None) -> str:
    """Say how far a moment is from now: "in 3 hours", "2 days ago", "just now"."""
    if when is None:
        return ""
    now = timezone.now()
    if abs(when - now) < MINUTE:
        return gettext("just now")
    if when > now:
        return gettext("in %(time)s") % {"time": timeuntil(when, now, depth=1)}
    return gettext("%(time)s ago") % {"time": timesince(when, now, depth=1)}


@register.filter
def remaining(due_at: datetime.datetime | None) -> str:
    """Say how long is left until a deadline, or how late it is: "3 hours left", "2 days late"."""
    if due_at is None:
        return ""
    now = timezone.now()
    if abs(due_at - now) < MINUTE:
        return pgettext("deadline", "due now")
    if due_at > now:
        return gettext("%(time)s left") % {"time": timeuntil(due_at, now, depth=1)}
    return gettext("%(time)s late") % {"time": timesince(due_at, now, depth=1)}


@register.filter
def is_overdue(due_at: datetime.datetime | None) -> bool:
    """Whether a deadline has passed. No deadline is never overdue."""
    return due_at is not None and due_at <= timezone.now()


@register.filter
def is_soon(due_at: datetime.datetime | None) -> bool:
    """Whether a deadline comes within a day and has not passed."""
    return due_at is not None and datetime.timedelta() < due_at - timezone.now() <= datetime.timedelta(days=1)


@register.filter
def time_of_day(when: datetime.datetime) -> str:
    """Write the hour and minute of a moment, in the reader's zone: "16:00", in Indonesian "16.00"."""
    local = timezone.localtime(when)
    return f"{local:%H.%M}" if _is_indonesian() else f"{local:%H:%M}"


@register.filter
def clock(when: datetime.datetime | None) -> str:
    """Write a moment, in the reader's zone, as short as it may be without being ambiguous."""
    if when is None:
        return ""
    local, now = timezone.localtime(when), timezone.localtime()
    hour = time_of_day(when)
    days = abs((local.date() - now.date()).days)
    if days == 0:
        return hour
    if days < 7 and local > now:  # a weekday's name alone reads as the coming one
        return f"{_day(local.date(), 'D', get_language())} {hour}"
    if local.year == now.year or days < 90:
        return f"{_day(local.date(), 'j M', get_language())} {hour}"
    return _day(local.date(), "j M Y", get_language())


@lru_cache(maxsize=KEPT)
def _day(day: datetime.date, form: str, _language: str | None) -> str:
    """Write a day as Django's formats say; a list has many moments of few days."""
    return formats.date_format(day, form)


@register.filter
def full_moment(when: datetime.datetime | None) -> str:
    """Write a moment in full, in the reader's zone and with its name."""
    if when is None:
        return ""
    local = timezone.localtime(when)
    return f"{_day(local.date(), 'l, j F Y', get_language())}, {time_of_day(when)} {local.tzname()}"


@register.simple_tag
def moment(when: datetime.datetime | None, words: str = "") -> SafeString:
    """Mark up a moment: short words (or those given) to read, the full ones as title, the exact one for machines."""
    if when is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', when.isoformat(), full_moment(when), words or clock(when)
    )


@register.filter
def as_json(value: Any) -> str:
    """Write a value as JSON, for an attribute that a script reads; the template escapes it."""
    return json.dumps(value)


@register.inclusion_tag("_components/bars.html")
def bars(days: Sequence[tuple[datetime.date, int]], label: str) -> dict[str, Any]:
    """Plot how much there was each day."""
    return {"drawn": draw(days), "label": label}


@register.simple_tag(takes_context=True)
def nav_link(
    context: template.Context, name: str, *args: Any, label: str, icon: str, key: str = "", css: str = ""
) -> SafeString:
    """Link to a page of the navigation by URL name; marked when it is the page being read."""
    try:
        url = reverse(name, args=args)
    except NoReverseMatch:
        url = "#"
    current = getattr(_request(context), "path", "") == url
    words = {"label": str(label), "icon": icon, "key": key, "css": css}
    return _drawn("nav_link", get_language(), url=url, current=current, **words)


def _is_indonesian() -> bool:
    return get_language() == "id"
