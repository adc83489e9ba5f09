"""`python -m pmi_portal.local run | reset | backup | restore | with-engines -- COMMAND | test | lint | messages | bench | scan | chaos | soak | mutants`."""

import argparse
import sys

from .problem import Problem

MODULES = {"scan": "pmi_portal.tests.scan"}  # run with engines of their own
ALONE = {  # start what they need
    "bench": "pmi_portal.bench",
    "mutants": "pmi_portal.tests.mutants",
    "chaos": "pmi_portal.tests.chaos",
    "soak": "pmi_portal.tests.soak",
}


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pmi_portal.local", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="the whole portal with demo data, until Ctrl-C")
    verbs.add_parser("reset", help="forget the demo on PORT")
    engines = verbs.add_parser("with-engines", help="run a command with a throw-away PostgreSQL and Valkey")
    engines.add_argument("command", nargs=argparse.REMAINDER)
    verbs.add_parser("test", help="run pytest with engines and a browser; takes pytest's arguments")
    verbs.add_parser("lint", help="judge the sources")
    verbs.add_parser(
        "bench", help="measure pages with very many cases; takes their numbers, --seconds, --times"
    )
    verbs.add_parser("scan", help="attack a portal over TLS with scanners; takes roles")
    verbs.add_parser("chaos", help="kill parts of the portal while people work; takes --rounds and --seed")
    verbs.add_parser(
        "soak", help="an hour of work, to see whether anything grows; takes --minutes and --seed"
    )
    verbs.add_parser(
        "mutants", help="put faults into rules and ciphers and see whether tests notice; takes areas"
    )
    verbs.add_parser(
        "backup", help="back up the running portal on PORT into the folder TO, its keys into the file KEYS"
    )
    verbs.add_parser("restore", help="restore BACKUP, with the keys in KEYS, into a new portal on PORT")
    verbs.add_parser("messages", help="collect the messages to translate and compile the catalogues")
    return parser


def obey(verb: str, rest: list[str]) -> int:
    """Each verb imports only what it needs: production has no polib, and `with-engines` is to start fast."""
    if verb == "with-engines":
        from .throwaway import with_engines

        return with_engines(rest)
    if verb == "test":
        from .testing import test

        return test(rest)
    if verb in ALONE:
        import subprocess

        return subprocess.call([sys.executable, "-m", ALONE[verb], *rest])
    if verb in MODULES:
        from .throwaway import with_engines

        return with_engines([sys.executable, "-m", MODULES[verb], *rest])
    if verb == "lint":
        from .lint import lint

        return lint()
    if verb == "messages":
        from .messages import renew

        return renew()
    if verb in ("backup", "restore"):
        from . import keeping

        return keeping.backup() if verb == "backup" else keeping.restore()
    from . import portal

    return portal.run() if verb == "run" else portal.reset()


def main() -> int:
    chosen, rest = parser().parse_known_args()
    command = getattr(chosen, "command", rest)
    try:
        return obey(chosen.verb, command[1:] if command[:1] == ["--"] else command)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
