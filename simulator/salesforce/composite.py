"""Several calls in one: ``/composite`` (with references between them) and ``/composite/batch``.

Limits and shapes: REST API Developer Guide, "Composite" (25 subrequests, ``@{reference.field}``) and "Batch".
All subrequests together count as one API call. With ``allOrNone``, a failure undoes the subrequests that succeeded.
Their answers become 400 PROCESSING_HALTED.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.http import Request, Response
from simulator.salesforce.api import Api, ApiError, json_object
from simulator.store import Store

MAX_SUBREQUESTS = 25

_REFERENCE = re.compile(r"@\{(?P<id>\w+)\.(?P<path>[\w.\[\]]+)\}")

Bodies = dict[str, Any]
"""The bodies of the successful answers so far, by ``referenceId``."""


class _RolledBack(Exception):
    pass


class Composite:
    """Runs subrequests through the handlers of single calls."""

    def __init__(self, store: Store, api: Api) -> None:
        self._store = store
        self._api = api

    def composite(self, request: Request) -> Response:
        body = json_object(request)
        steps = body.get("compositeRequest") or []
        if len(steps) > MAX_SUBREQUESTS:
            raise ApiError("LIMIT_EXCEEDED", f"The limit of {MAX_SUBREQUESTS} subrequests was exceeded")
        answers = self._run(request, steps, all_or_none=bool(body.get("allOrNone")))
        return Response.json({"compositeResponse": answers})

    def _run(self, request: Request, steps: list[dict[str, Any]], *, all_or_none: bool) -> list[dict[str, Any]]:
        answers: list[dict[str, Any]] = []
        if not all_or_none:
            self._steps(request, steps, answers)
            return answers
        try:
            with self._store.writing():
                self._steps(request, steps, answers)
                if any(answer["httpStatusCode"] >= 400 for answer in answers):
                    raise _RolledBack
        except _RolledBack:
            return [answer if answer["httpStatusCode"] >= 400 else _halted(answer) for answer in answers]
        return answers

    def _steps(self, request: Request, steps: list[dict[str, Any]], answers: list[dict[str, Any]]) -> None:
        bodies: Bodies = {}
        for step in steps:
            reference = str(step.get("referenceId", ""))
            response = self._step(request, _fill_references(step, bodies))
            body = _json_body(response)
            if response.status < 300:
                bodies[reference] = body
            headers = {"Location": response.headers["Location"]} if "Location" in response.headers else {}
            answers.append(
                {
                    "body": body,
                    "httpHeaders": headers,
                    "httpStatusCode": response.status,
                    "referenceId": reference,
                }
            )

    def _step(self, request: Request, step: Mapping[str, Any]) -> Response:
        url = urlsplit(str(step.get("url", "")))
        body = json.dumps(step["body"]).encode() if step.get("body") is not None else b""
        own_headers = {name.lower(): str(value) for name, value in (step.get("httpHeaders") or {}).items()}
        subrequest = replace(
            request,
            method=str(step.get("method", "GET")).upper(),
            path=unquote(url.path),
            query=dict(parse_qsl(url.query)),
            headers={**request.headers, **own_headers},
            body=body,
        )
        if "@{" in url.path + url.query + body.decode():
            return ApiError("PROCESSING_HALTED", "Invalid reference specified. No value was found for it").response()
        return self._api.dispatch(subrequest)

    def batch(self, request: Request) -> Response:
        body = json_object(request)
        version_path = re.sub(r"/composite/batch$", "", request.path)
        results = []
        for step in body.get("batchRequests") or []:
            url = str(step.get("url", "")).lstrip("/")
            path = "/" + url if url.startswith("services/") else f"{version_path.rpartition('/')[0]}/{url}"
            response = self._step(request, {**step, "url": path, "body": step.get("richInput")})
            results.append({"statusCode": response.status, "result": _json_body(response)})
            if body.get("haltOnError") and response.status >= 400:
                break
        return Response.json({"hasErrors": any(result["statusCode"] >= 400 for result in results), "results": results})


def _fill_references(step: Mapping[str, Any], bodies: Bodies) -> dict[str, Any]:
    """Replace the subrequest's references to earlier answers. A reference without a value stays."""

    def value(match: re.Match[str]) -> str:
        current: Any = bodies.get(match["id"])
        for name in re.findall(r"\w+", match["path"]):
            if isinstance(current, list) and name.isdigit() and int(name) < len(current):
                current = current[int(name)]
            elif isinstance(current, dict) and name in current:
                current = current[name]
            else:
                return match[0]
        # The value is inserted into JSON text, so its quotes and backslashes must stay escaped.
        return json.dumps(current)[1:-1] if isinstance(current, str) else json.dumps(current)

    filled: dict[str, Any] = json.loads(_REFERENCE.sub(value, json.dumps(step)))
    return filled


def _json_body(response: Response) -> Any:
    body = response.body if isinstance(response.body, bytes) else b"".join(response.body)
    return json.loads(body) if body else None


def _halted(answer: Mapping[str, Any]) -> dict[str, Any]:
    message = "The transaction was rolled back since another operation in the same transaction failed."
    body = [ApiError("PROCESSING_HALTED", message).payload()]
    return {**answer, "body": body, "httpHeaders": {}, "httpStatusCode": 400}


def add_routes(api: Api, composite: Composite) -> None:
    api.add("POST", "/composite", composite.composite)
    api.add("POST", "/composite/batch", composite.batch)
