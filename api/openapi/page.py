"""Show ``/api/v1/docs/``: Swagger UI, the same for every visitor, so that caches may keep it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from api.http.caching import finish_public_response
from api.openapi.serving import DOCUMENT_SECONDS


class DocsPage(DocsBase):
    """Renders Swagger UI without a CSRF token, unlike Ninja's page.

    The script of SFAPI's page asks ``/me`` for a token before a write.
    """

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        names = {"document": self.get_openapi_url(api, kwargs), "me": reverse(f"{api.urls_namespace}:get_me")}
        page = render(request, "docs/page.html", {"api": api, **names})
        return finish_public_response(request, page, seconds=DOCUMENT_SECONDS)
