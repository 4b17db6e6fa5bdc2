"""The WSGI application, for gunicorn: ``sfapi.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")

application = get_wsgi_application()
