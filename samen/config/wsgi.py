import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samen.config.settings")

application = get_wsgi_application()

if settings.ENVIRONMENT == "production":
    from samen.config import ready

    ready.check()
