"""The `samen` command: Django's management commands under the project's own name."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samen.config.settings")
    execute_from_command_line(sys.argv)
