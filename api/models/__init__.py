"""Models of callers, of their calls, and of data on its way to Salesforce."""

from api.models.api_key import APIKey
from api.models.circuit_breaker import CircuitBreaker
from api.models.field_change_log import FieldChangeLog
from api.models.form_submission import FormSubmission
from api.models.idempotency_key import IdempotencyKey
from api.models.outbound_case import OutboundCase
from api.models.rate_count import RateCount
from api.models.request_count import RequestCount
from api.models.request_log import RequestLog
from api.models.route_count import RouteCount
from api.models.super_user import SuperUser
from api.models.user import User

__all__ = [
    "APIKey",
    "CircuitBreaker",
    "FieldChangeLog",
    "FormSubmission",
    "IdempotencyKey",
    "OutboundCase",
    "RateCount",
    "RequestCount",
    "RequestLog",
    "RouteCount",
    "SuperUser",
    "User",
]
