"""`python -m pmi_portal.local.collecting ...`: Django's makemessages, which reads templates of Jinja2 (*.jinja) as well."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management.commands import makemessages

from pmi_portal.jinja import ENDING, environment


class BuildFile(makemessages.BuildFile):
    """A file whose messages are collected; one of Jinja2 becomes calls that xgettext knows."""

    def preprocess(self) -> None:
        if not self.path.endswith(ENDING):
            super().preprocess()
            return
        known: Any = environment()
        found = known.extract_translations(Path(self.path).read_text(encoding="utf-8"))
        Path(self.work_path).write_text("\n".join(_call(*one) for one in found), encoding="utf-8")


def _call(_line: int, function: str, message: Any) -> str:
    """As it would stand in Python. `_` is gettext; what is no literal, a count, is None there."""
    texts = message if isinstance(message, tuple) else (message,)
    return f"{'gettext' if function == '_' else function}({', '.join(map(repr, texts))})"


class Command(makemessages.Command):
    build_file_class = BuildFile


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    django.setup()
    Command(stdout=sys.stdout).run_from_argv([sys.argv[0], "makemessages", *sys.argv[1:]])
