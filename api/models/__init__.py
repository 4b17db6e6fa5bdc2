"""Who may call, and what was called."""

from api.models.api_key import APIKey
from api.models.rate_count import RateCount
from api.models.super_user import SuperUser
from api.models.user import User

__all__ = ["APIKey", "RateCount", "SuperUser", "User"]
