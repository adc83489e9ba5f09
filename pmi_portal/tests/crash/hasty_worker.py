"""Celery's command line with hardly any patience when it is told to stop; for tests, which need not wait for the real one."""

import sys

from celery.__main__ import main

from pmi_portal import celery, stopping

if __name__ == "__main__":
    stopping.PATIENCE = 1
    sys.argv = ["celery", "-A", celery.__name__, *sys.argv[1:]]
    main()
