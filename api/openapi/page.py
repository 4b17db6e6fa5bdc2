"""Show ``/api/v1/docs/``: Swagger UI, the same for every visitor, so that caches may keep it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from api.http.caching import public_response
from api.openapi.serving import DOCUMENT_SECONDS


class DocsPage(DocsBase):
    """The page. Unlike Ninja's page, it has no CSRF token: its script asks ``/me`` for one before a write."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        names = {"document": self.get_openapi_url(api, kwargs), "me": reverse(f"{api.urls_namespace}:get_me")}
        page = render(request, "docs/page.html", {"api": api, **names})
        return public_response(request, page, seconds=DOCUMENT_SECONDS)
