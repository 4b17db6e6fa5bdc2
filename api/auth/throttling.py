"""Apply rate limits to Ninja's routes."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from ninja.errors import Throttled
from ninja.throttling import BaseThrottle

from api.auth.callers import identity_of
from api.domain.error_types import ErrorType
from api.domain.rates import Rate, parse_rate
from api.http.errors import error_response
from api.protection.rate_limit import RateLimitResult, try_pass
from outgoing.numbers import plural

_RESULT = "sfapi_rate_limit"


class RateThrottle(BaseThrottle):
    """Allows ``rate`` requests per caller over all routes with the same ``policy``.

    Ninja shares one object between all threads, so no state of a request is kept on it.
    """

    policy: ClassVar[str]
    rate: ClassVar[str]

    def current_rate(self) -> Rate:
        return parse_rate(self.rate)

    def identity(self, request: HttpRequest) -> str:
        return identity_of(request)

    def counted_as(self, request: HttpRequest) -> tuple[str, str, Rate]:
        """Return the policy, the identity whose requests are counted, and the rate."""
        return self.policy, self.identity(request), self.current_rate()

    def allow_request(self, request: HttpRequest) -> bool:
        result = try_pass(*self.counted_as(request))
        vars(request)[_RESULT] = result
        return result.passed


def rate_limit_result(request: HttpRequest) -> RateLimitResult | None:
    """Return the result of the request's rate limit, or ``None`` when no limit was checked."""
    result: RateLimitResult | None = vars(request).get(_RESULT)
    return result


def throttled_error(request: HttpRequest, error: Throttled | type[Throttled]) -> HttpResponse:
    """Turn Ninja's exception into a response."""
    return throttled_response(request)


def throttled_response(request: HttpRequest) -> HttpResponse:
    """Return a 429 with the limit and the time to wait. The middleware adds the ``RateLimit`` headers."""
    result = rate_limit_result(request)
    if result is None:
        return error_response(429)
    wait = plural(result.retry_after, "second")
    message = f"Too many requests: at most {result.rate} are allowed. Try again in {wait}."
    return error_response(
        429, message, error_type=ErrorType.RATE_LIMITED, headers={"Retry-After": str(result.retry_after)}
    )
