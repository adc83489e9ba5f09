"""Jinja2 beside Django's templates: for the layout, the components and the pages that are asked for most (docs/adr/0038).

Templates of Jinja2 end in `.jinja` and stand beside the others. What both engines draw is a component or the layout: written
once, in Jinja2, and reached from Django's templates by `{% component %}` and `{% layout %}` (pmi_portal.templatetags.portal).
"""

from __future__ import annotations

from typing import Any

import jinja2
from crispy_forms.templatetags import crispy_forms_filters
from django.conf import settings
from django.template import TemplateDoesNotExist, defaultfilters
from django.template.backends.jinja2 import Jinja2, Template
from django.templatetags import l10n
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.formats import localize
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # not in the stubs

from accounts.templatetags import once

from .folding import Environment
from .templatetags import portal

ENDING = ".jinja"


class JinjaTemplates(Jinja2):
    """The engine, with an environment for each language; names that do not end in `.jinja` are for the next one."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        known = {"loader": self.plain.loader, "auto_reload": self.plain.auto_reload, "autoescape": True}
        self.of_languages = {code: environment(language=code, **known) for code, _name in settings.LANGUAGES}

    @property
    def env(self) -> jinja2.Environment:
        return self.of_languages.get(translation.get_language() or "", self.plain)

    @env.setter
    def env(self, plain: jinja2.Environment) -> None:
        self.plain = plain

    def get_template(self, template_name: str) -> Template:
        if not template_name.endswith(ENDING):
            raise TemplateDoesNotExist(template_name, backend=self)
        return super().get_template(template_name)


def environment(*, language: str | None = None, **options: Any) -> jinja2.Environment:
    """Everything is escaped, a component need not be given all it knows, and sentences are translated as elsewhere."""
    options |= {"trim_blocks": True, "lstrip_blocks": True, "finalize": shown}
    made = Environment(extensions=["jinja2.ext.i18n"], **options)
    made.language = language
    made.policies["ext.i18n.trimmed"] = True
    install: Any = made
    install.install_gettext_callables(
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    made.globals |= {
        "static": static,
        "url_for": url_for,
        "language": translation.get_language,
        "component": jinja2.pass_context(portal.component),
        "svg": portal.icon,
        "sign": portal.sign,
        "moment": portal.moment,
        "nav_link": jinja2.pass_context(portal.nav_link),
        "form_key": jinja2.pass_context(once.csrf_token),
        "parts": {},
    }
    made.filters |= {
        "crispy_field": crispy_forms_filters.as_crispy_field,
        **{
            name: getattr(defaultfilters, name)
            for name in ("date", "filesizeformat", "floatformat", "linebreaksbr")
        },
        "linebreaks": defaultfilters.linebreaks_filter,  # what is called linebreaks there escapes nothing
        "widget": portal.widget_of,
        "unlocalize": l10n.unlocalize,  # for scripts, which know numbers as English writes them
        **{
            name: getattr(portal, name)
            for name in ("relative", "remaining", "clock", "full_moment", "as_json", "control")
        },
    }
    made.tests |= {"overdue": portal.is_overdue, "soon": portal.is_soon}
    return made


def shown(value: Any) -> Any:
    """Numbers and moments as the reader's language and zone write them, as Django's engine does."""
    return value if isinstance(value, str) else localize(template_localtime(value))


def url_for(name: str, *arguments: Any) -> str:
    """The address of a page by the name of its URL."""
    return reverse(name, args=arguments)
