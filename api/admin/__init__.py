"""The API in Django admin."""

from api.admin import cases, keys_and_logs

__all__ = ["cases", "keys_and_logs"]
