"""Settings for the test suite: the real ones, with a secret of its own and nothing outside."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

if "SAMEN_DATA" not in os.environ:
    os.environ["SAMEN_DATA"] = tempfile.mkdtemp(prefix="samen-test-")
    atexit.register(shutil.rmtree, os.environ["SAMEN_DATA"], ignore_errors=True)
elif "PYTEST_XDIST_WORKER" in os.environ:
    # Parallel workers inherit the folder of the process that started them: a room for each.
    os.environ["SAMEN_DATA"] += "/" + os.environ["PYTEST_XDIST_WORKER"]
os.environ.setdefault("SAMEN_ENVIRONMENT", "test")
os.environ.setdefault("SAMEN_SECRET_KEY", "only-for-tests-0123456789-0123456789-0123456789")
os.environ.setdefault("SAMEN_HTTPS", "no")

from samen.config.settings import *  # noqa: F403 all of them, whatever they are

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Tests read the templates' static paths without collecting files first.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The server of static files looks for their folder when it starts.
STATIC_ROOT = Path(os.environ["SAMEN_DATA"]) / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
