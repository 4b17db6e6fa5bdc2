"""The routes of the service; every request passes, uncounted."""

from api.auth.throttling import RateThrottle

setattr(RateThrottle, "allow_request", lambda throttle, request: True)  # noqa: B010

from sfapi.urls import urlpatterns  # noqa: E402

__all__ = ["urlpatterns"]
