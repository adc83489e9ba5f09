"""How gunicorn is set up, as far as no other test drives it."""

import subprocess
import sys

HEAPS = """
import ctypes, threading
import pmi_portal.web
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
ready = threading.Barrier(8)
def work():
    ready.wait()
    libc.malloc(2000)
    ready.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
out = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, out)
libc.fclose(out)
"""


def test_its_threads_share_two_heaps() -> None:
    """Counted by glibc itself, while eight threads ask for memory at once."""
    said = subprocess.run([sys.executable, "-c", HEAPS], check=True, capture_output=True, text=True).stdout
    assert 1 <= said.count("<heap nr=") <= 2
