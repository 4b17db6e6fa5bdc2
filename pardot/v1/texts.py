"""``GET /pardot/digest`` and ``GET /pardot/progress``: reports as text, to paste into Slack or mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from api.http.errors import document_errors
from api.http.fields import make_json_response
from pardot.reports.digest import digest
from pardot.reports.digest_facts import digest_facts
from pardot.reports.progress import load_progress_facts, progress

router = Router(tags=["pardot: texts"])

PLAIN = "text/plain"


class Text(Schema):
    text: str


@router.get("/digest", response={200: Text, **document_errors(401, 403)}, summary="The morning digest")
def get_digest(request: HttpRequest) -> HttpResponse:
    """Return the morning digest as JSON, or as plain text with `Accept: text/plain`."""
    return _answer(request, digest(digest_facts()))


@router.get("/progress", response={200: Text, **document_errors(401, 403)}, summary="Changes since the first score")
def get_progress(request: HttpRequest) -> HttpResponse:
    """Return the progress report as JSON, or as plain text with `Accept: text/plain`."""
    return _answer(request, progress(load_progress_facts()))


def _answer(request: HttpRequest, text: str) -> HttpResponse:
    media_type = request.get_preferred_type(["application/json", PLAIN])
    if media_type == PLAIN:
        return HttpResponse(text, content_type=f"{PLAIN}; charset=utf-8", headers={"Vary": "Accept"})
    answer = make_json_response({"text": text})
    answer["Vary"] = "Accept"
    return answer
