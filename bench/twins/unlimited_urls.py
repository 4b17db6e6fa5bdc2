"""The service's routes with rate limits switched off, to measure what the limits cost."""

from api.auth.throttling import RateThrottle

setattr(RateThrottle, "allow_request", lambda throttle, request: True)  # noqa: B010

from sfapi.urls import urlpatterns  # noqa: E402

__all__ = ["urlpatterns"]
