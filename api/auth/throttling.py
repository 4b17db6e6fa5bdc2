"""Apply rate limits to Ninja's routes."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from ninja.errors import Throttled
from ninja.throttling import BaseThrottle

from api.auth.callers import identity_of
from api.domain.error_types import ErrorType
from api.domain.rates import Rate, parse_rate
from api.http.errors import make_error_response
from api.protection.rate_limit import RateLimitResult, try_pass
from outgoing.numbers import format_count

_RESULT = "sfapi_rate_limit"


class RateThrottle(BaseThrottle):
    """Allows ``rate`` requests per caller over all routes with the same ``policy``.

    Ninja shares one object between all threads, so no state of a request is kept on it.
    """

    policy: ClassVar[str]
    rate: ClassVar[str]

    def get_current_rate(self) -> Rate:
        return parse_rate(self.rate)

    def get_identity(self, request: HttpRequest) -> str:
        return identity_of(request)

    def choose_limit(self, request: HttpRequest) -> tuple[str, str, Rate]:
        """Return the policy, the identity whose requests are counted, and the rate."""
        return self.policy, self.get_identity(request), self.get_current_rate()

    def allow_request(self, request: HttpRequest) -> bool:
        result = try_pass(*self.choose_limit(request))
        vars(request)[_RESULT] = result
        return result.passed


def get_rate_limit_result(request: HttpRequest) -> RateLimitResult | None:
    """Return the result of the request's rate limit, or ``None`` when no limit was checked."""
    result: RateLimitResult | None = vars(request).get(_RESULT)
    return result


def handle_throttled(request: HttpRequest, error: Throttled | type[Throttled]) -> HttpResponse:
    """Turn Ninja's exception into a response."""
    return make_throttled_response(request)


def make_throttled_response(request: HttpRequest) -> HttpResponse:
    """Return a 429 with the limit and the time to wait. The middleware adds the ``RateLimit`` headers."""
    result = get_rate_limit_result(request)
    if result is None:
        return make_error_response(429)
    wait = format_count(result.retry_after, "second")
    message = f"Too many requests: at most {result.rate} are allowed. Try again in {wait}."
    return make_error_response(
        429, message, error_type=ErrorType.RATE_LIMITED, headers={"Retry-After": str(result.retry_after)}
    )
