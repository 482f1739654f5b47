import os

import django
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samen.config.settings")
django.setup(set_prefix=False)

# The apps must be there before anything of ours is imported.
from django.conf import settings  # noqa: E402 see above

from samen.config import ready  # noqa: E402 see above
from samen.config.turns import OneAtATime  # noqa: E402 see above
from samen.directory import queries as directory  # noqa: E402 see above
from samen.finder.http.page_cache import PageCache  # noqa: E402 see above

if settings.ENVIRONMENT == "production":
    ready.check()

application = PageCache(
    OneAtATime(WSGIHandler()),
    revision=directory.revision,
    most_bytes=settings.PAGE_CACHE_BYTES,
)
