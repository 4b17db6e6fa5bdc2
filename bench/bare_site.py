"""Routes and WSGI application of a bare Django project, to compare start times.

``bench/bare_settings.py`` installs SFAPI's apps in this project.
"""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse

application = get_wsgi_application()

from django.contrib import admin  # noqa: E402
from django.urls import path  # noqa: E402
from ninja import NinjaAPI  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


def ping(request: HttpRequest) -> HttpResponse:
    return HttpResponse("pong\n")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", NinjaAPI().urls),
    path("records/", APIView.as_view()),
    path("ping/", ping),
]
