"""The ASGI application: ``sfapi.asgi:application``."""

import os

from sfapi.process import become_web_process
from sfapi.signals import end_in_order_on_sigterm
from sfapi.start import quick_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")

become_web_process()
end_in_order_on_sigterm()
with quick_start():
    from django.core.asgi import get_asgi_application

    application = get_asgi_application()
