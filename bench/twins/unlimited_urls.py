"""The service's routes with rate limits switched off, to measure the cost of the limits."""

from api.auth.throttling import RateThrottle

setattr(RateThrottle, "allow_request", lambda throttle, request: True)  # noqa: B010

from sfapi.urls import urlpatterns  # noqa: E402

__all__ = ["urlpatterns"]
