"""Settings for the test suite: the real ones, with a secret of its own and nothing outside."""

import os
import tempfile

os.environ.setdefault("SAMEN_ENVIRONMENT", "test")
os.environ.setdefault("SAMEN_SECRET_KEY", "only-for-tests-0123456789-0123456789-0123456789")
os.environ.setdefault("SAMEN_DATA", tempfile.mkdtemp(prefix="samen-test-"))
os.environ.setdefault("SAMEN_HTTPS", "no")

from samen.config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Tests read the templates' static paths without collecting files first.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
