"""Answer HEAD and OPTIONS for every address of the API, because no route declares them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import is_valid_path
from django.utils.encoding import escape_uri_path


def answer_by_method(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    """Answer HEAD like GET, and OPTIONS with 204 and the allowed methods.

    A 405 lists OPTIONS too, and HEAD where it lists GET.
    """
    method = request.method
    if method == "HEAD":
        request.method = "GET"
    try:
        response = get_response(request)
    finally:
        request.method = method
    if response.status_code != 405:
        return response
    allowed = _with_head_and_options(response.get("Allow", ""))
    if method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allowed})
    response["Allow"] = allowed
    return response


def redirect_extra_slash(request: HttpRequest) -> HttpResponse | None:
    """Redirect a known address with an extra slash at its end, or return ``None``.

    The status 308 makes clients keep the method and the body.
    """
    is_known = request.path_info.endswith("/") and is_valid_path(request.path_info.rstrip("/"))
    if not is_known or is_valid_path(request.path_info):
        return None
    query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    return HttpResponse(status=308, headers={"Location": escape_uri_path(request.path.rstrip("/")) + query})


def without_body(response: HttpResponseBase) -> HttpResponseBase:
    """Return the answer to HEAD: all headers of GET, with the length of its body."""
    if isinstance(response, HttpResponse):
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


def _with_head_and_options(allowed: str) -> str:
    methods = {method.strip() for method in allowed.split(",") if method.strip()}
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
