"""Make .venv and install pinned, hashed packages into it: `python3 install.py run` or `test`.

Runs with whatever Python there is, before anything is installed: the standard library only, and nothing newer than
Python 3.6 in its syntax, so that an old Python reads far enough to say that it is too old.
"""

import fcntl
import hashlib
import os
import subprocess
import sys

SETS = {
    "run": ["requirements.txt", "requirements/engines.txt"],
    "test": ["requirements.txt", "requirements/engines.txt", "requirements/dev.txt"],
}
OLDEST = (3, 11)
VENV = ".venv"
PYTHON = os.path.join(VENV, "bin", "python")


def fail(sentence):  # type: (str) -> None
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def check_python():  # type: () -> None
    if sys.version_info < OLDEST:
        fail(
            "Python 3.11 or newer is needed, and %s is %d.%d: name one, as in `make run PYTHON=python3.12`."
            % (sys.executable, sys.version_info[0], sys.version_info[1])
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        fail(
            "This Python came without its venv module: install it (on Debian and Ubuntu: apt-get install "
            "python3-venv), or name another Python, as in `make run PYTHON=python3.12`."
        )


def fingerprint(files):  # type: (list[str]) -> str
    digest = hashlib.sha256(sys.version.encode())
    for name in files:
        with open(name, "rb") as pins:
            digest.update(pins.read())
    return digest.hexdigest()


def installed(stamp):  # type: (str) -> str
    try:
        with open(stamp) as file:
            return file.read()
    except OSError:
        return ""


def install(which):  # type: (str) -> None
    """Bring .venv up to the pins of `which`; a quick look when it is there already."""
    files = SETS[which]
    wanted = fingerprint(files)
    stamp = os.path.join(VENV, "installed-" + which)
    os.makedirs(VENV, exist_ok=True)
    with open(os.path.join(VENV, "install.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two `make` at once: the second waits and finds all done
        if installed(stamp) == wanted and os.path.exists(PYTHON):
            return
        print("Installing what the portal needs into .venv (once) ...", flush=True)
        run([sys.executable, "-m", "venv", VENV])
        pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        run(pip + [part for name in files for part in ("-r", name)])
        for name, contained in SETS.items():
            if set(contained) <= set(files):
                with open(os.path.join(VENV, "installed-" + name), "w") as file:
                    file.write(fingerprint(contained))


def run(command):  # type: (list[str]) -> None
    if subprocess.call(command) != 0:
        fail("Installing failed; the reason stands above.")


def main():  # type: () -> None
    check_python()
    try:
        install(sys.argv[1])
    except OSError as error:
        fail("%s cannot be used: %s." % (error.filename or VENV, error.strerror))
    except KeyboardInterrupt:
        fail("Interrupted; the next start goes on from here.")


if __name__ == "__main__":
    main()
