"""Django, set up with settings of its own and a folder that is thrown away, before anything else.

Imported first by what measures inside a process; nothing of an installation is seen.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from datetime import UTC, datetime
from typing import Any

import django
from django.apps import apps

if not apps.ready:
    os.environ.pop("DATABASE_URL", None)
    os.environ["SAMEN_DATA"] = tempfile.mkdtemp(prefix="samen-bench-")
    atexit.register(shutil.rmtree, os.environ["SAMEN_DATA"], ignore_errors=True)
    os.environ["SAMEN_ENVIRONMENT"] = "test"
    os.environ["SAMEN_SECRET_KEY"] = secrets.token_hex()
    os.environ["DJANGO_SETTINGS_MODULE"] = "samen.config.settings"
    django.setup()


def now() -> dict[str, Any]:
    """When, and how busy the machine is with other things."""
    at = datetime.now(UTC).isoformat(timespec="minutes")
    return {"at": at, "load": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
