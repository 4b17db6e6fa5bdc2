"""The ASGI application: ``sfapi.asgi:application``."""

import os

from django.core.asgi import get_asgi_application

from sfapi.signals import end_in_order_on_sigterm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")

end_in_order_on_sigterm()
application = get_asgi_application()
