"""Serve the OpenAPI document. Each part is rendered once per process, and caches may keep it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from api.http.caching import finish_public_response
from api.http.errors import Unprocessable
from api.http.fields import JSON, render_json
from api.http.query_parameters import refuse_unknown_parameters
from api.openapi.cleaning import Document
from api.openapi.document import PUBLIC

DOCUMENT_SECONDS = 300
"""The time in seconds that browsers and caches may keep the document."""
WHOLE = "all"
PARTS = (WHOLE, PUBLIC)


def serve_document(make: Callable[[str], Document]) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that serves the OpenAPI document. ``make`` builds the part with a given name."""

    @cache
    def render(part: str) -> str:
        return render_json(make(part))

    @csrf_exempt  # so that a POST gets 405, not 403 for a missing token
    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        try:
            part = _get_part(request)
        except Unprocessable as refused:
            return refused.response()
        return finish_public_response(request, HttpResponse(render(part), content_type=JSON), seconds=DOCUMENT_SECONDS)

    return view


def _get_part(request: HttpRequest) -> str:
    refuse_unknown_parameters(request.GET, ["part"])
    part = request.GET.get("part", WHOLE)
    if part not in PARTS:
        message = f"There is no part “{part}”; the parts are {', '.join(PARTS)}"
        raise Unprocessable(f"{message}.", errors=[{"loc": ["query", "part"], "message": message}])
    return part
