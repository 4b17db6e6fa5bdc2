"""The WSGI application, for gunicorn: ``sfapi.wsgi:application``."""

import os

from sfapi.start import quick_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")

with quick_start():
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
