#!/usr/bin/env python
"""Django's command line."""

import os
import sys
from contextlib import nullcontext

from django.core.management import execute_from_command_line

from privacy.postgres import owner

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pmi_portal.settings")
    with owner.as_owner() if owner.COMMANDS.intersection(sys.argv[1:2]) else nullcontext():
        execute_from_command_line(sys.argv)
