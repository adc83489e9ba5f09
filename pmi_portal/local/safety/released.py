"""Which migrations are out, as `sha256sum` writes it: they are not judged again, and never edited."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from ..folders import REPOSITORY

LIST = Path(__file__).with_name("released.sha256")


def renew(root: Path = REPOSITORY, file: Path = LIST) -> None:
    """Take every migration there is as released."""
    file.write_text("".join(f"{digest}  {name}\n" for name, digest in _present(root).items()))


def new(root: Path = REPOSITORY, file: Path = LIST) -> set[tuple[str, str]]:
    """The migrations that are not released, each as (app, name)."""
    names = _present(root).keys() - _listed(file).keys()
    return {(path.parts[0], path.stem) for path in map(Path, names)}


def complaints(root: Path = REPOSITORY, file: Path = LIST) -> Iterator[str]:
    """What was done to migrations that are out."""
    present = _present(root)
    for name, digest in _listed(file).items():
        if name not in present:
            yield f"{name} is gone, and databases have it applied: put it back."
        elif present[name] != digest:
            yield f"{name} was changed after its release: databases that have it applied never see that. Write a new migration."


def _present(root: Path) -> dict[str, str]:
    files = sorted(root.glob("*/migrations/*.py"))
    return {
        file.relative_to(root).as_posix(): sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.name != "__init__.py"
    }


def _listed(file: Path) -> dict[str, str]:
    lines = (line.split("  ", 1) for line in file.read_text().splitlines())
    return {name: digest for digest, name in lines}
