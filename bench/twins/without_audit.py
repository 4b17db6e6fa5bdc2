"""The service without its audit log."""

from sfapi.settings.base import *

MIDDLEWARE = [name for name in MIDDLEWARE if name != "api.middleware.requests.AuditMiddleware"]
