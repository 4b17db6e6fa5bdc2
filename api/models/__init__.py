"""Who may call, and what was called."""

from api.models.api_key import APIKey
from api.models.field_change_log import FieldChangeLog
from api.models.rate_count import RateCount
from api.models.request_log import RequestLog
from api.models.super_user import SuperUser
from api.models.user import User

__all__ = ["APIKey", "FieldChangeLog", "RateCount", "RequestLog", "SuperUser", "User"]
