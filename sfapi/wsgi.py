"""The WSGI application for gunicorn: ``sfapi.wsgi:application``."""

import os

from sfapi.process import become_web_process
from sfapi.start import quick_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")

become_web_process()
with quick_start():
    from django.core.wsgi import get_wsgi_application

    from api.middleware.chunked_bodies import with_chunked_bodies

    application = with_chunked_bodies(get_wsgi_application())
