"""As whom PostgreSQL runs: it refuses root, and initdb wants a user that has a name."""

import ctypes
import os
import pwd
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .problem import Problem

CLONE_NEWUSER = 0x10000000


def _named_user() -> int:
    """An existing user other than root."""
    return next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0), 65534)


def enter_namespace() -> None:
    """Give this process a user namespace in which our user is an ordinary one with a name. Files stay ours."""
    uid, gid, other = os.geteuid(), os.getegid(), _named_user()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for file, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{other} {uid} 1"),
        ("gid_map", f"{other} {gid} 1"),
    ):
        Path("/proc/self", file).write_text(text)


def _namespaces_work() -> bool:
    try:
        subprocess.run([sys.executable, "-I", "-S", "-c", ""], preexec_fn=enter_namespace, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _drop_to(uid: int) -> Callable[[], None]:
    def drop() -> None:
        os.setgroups([])
        os.setgid(pwd.getpwuid(uid).pw_gid)
        os.setuid(uid)

    return drop


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def for_postgres(data: Path, *private: Path) -> Callable[[], None] | None:
    """What a child has to call before it becomes PostgreSQL with its data in `data`; None: nothing.

    Where root may not make a user namespace (some containers) another user takes over, and gets `private`, existing
    folders of ours, as its own.
    """
    uid = os.geteuid()
    if uid != 0:
        return None if _has_name(uid) else enter_namespace
    owner = data.stat().st_uid if data.exists() else 0
    if owner == 0 and _namespaces_work():
        return enter_namespace
    user = owner or _named_user()
    if not _has_name(user):
        raise Problem(
            f"PostgreSQL cannot run as root here, and {data} belongs to no known user: run as its owner."
        )
    for folder in private:
        os.chown(folder, user, -1)
    return _drop_to(user)
