"""`python -m pmi_portal.local.safety`: judge the new migrations; `--released` takes all there are as released."""

import os
import sys
from collections.abc import Iterable

from ..throwaway import with_engines
from . import released

ON_TABLES = "--on-tables"  # of an engine that is thrown away: they are migrated


def main(arguments: list[str]) -> int:
    if arguments == ["--released"]:
        released.renew()
        return 0
    if arguments == [ON_TABLES]:
        return _on_tables()
    code = _told(released.complaints())
    if released.new():
        os.environ.pop("DATABASE_URL", None)
        code = with_engines([sys.executable, "-m", "pmi_portal.local.safety", ON_TABLES]) or code
    return code


def _on_tables() -> int:
    import django

    django.setup()
    from django.db import connection

    from privacy.postgres.owner import as_owner

    from .judging import judged

    with as_owner():
        return _told(judged(released.new(), connection))


def _told(complaints: Iterable[str]) -> int:
    code = 0
    for complaint in complaints:
        print(complaint, flush=True)
        code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
