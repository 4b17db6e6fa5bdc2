"""Report errors to Sentry, without secrets and without personal data.

Sentry gets the method, path, id and harmless headers of a request: no body, and no header with a cookie, a key or an
IP address. Query strings are always left out, even those of our own calls, because calls to Salesforce contain email
addresses and UUIDs.
"""

from __future__ import annotations

import sys
from typing import Any

from api.http.masking import mask_line
from api.http.request_id import get_current_request_id
from sf.salesforce.hosts import is_sandbox_host
from sfapi.sentry_floods import FloodGate

gate = FloodGate()
_CHECK_IN = "check_in"
_QUERIES = ("http.query", "http.fragment")
_ARGUMENTS = "sys.argv"


def environment_of(salesforce_host: str, *, debug: bool) -> str:
    """Return the environment for a deployment without ``ENVIRONMENT``.

    It is ``local`` with ``DEBUG``; otherwise the Salesforce host decides.
    """
    if debug:
        return "local"
    return "staging" if is_sandbox_host(salesforce_host) else "production"


def start_sentry(dsn: str, *, environment: str, release: str) -> None:
    """Report errors when a DSN is set, without bodies, cookies and local variables."""
    if not dsn:
        return
    import sentry_sdk  # noqa: PLC0415 - takes a tenth of a second

    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_clean_event,
        before_breadcrumb=_clean_breadcrumb,
    )


def tell_sentry(message: str) -> None:
    """Report a failure that is printed but not logged, if a DSN is set."""
    if "sentry_sdk" in sys.modules:
        sys.modules["sentry_sdk"].capture_message(message, level="error")


def _clean_event(event: Any, hint: Any) -> Any:
    if event.get("type") == _CHECK_IN:
        return event
    if gate.admit(event) is None:
        return None
    request = event.get("request", {})
    request.pop("query_string", None)
    headers = request.get("headers", {})
    if referrer := headers.get("Referer"):
        headers["Referer"] = referrer.partition("?")[0]
    event.get("extra", {}).pop(_ARGUMENTS, None)
    for part in ("request", "logentry", "message", "exception", "extra"):
        if part in event:
            event[part] = _mask(event[part])
    if request_id := get_current_request_id():
        event.setdefault("tags", {})["request_id"] = request_id
    return event


def _clean_breadcrumb(crumb: Any, hint: Any) -> Any:
    data = crumb.get("data") or {}
    return _mask({**crumb, "data": {name: value for name, value in data.items() if name not in _QUERIES}})


def _mask(value: Any) -> Any:
    """Return the value with every text in it masked."""
    if isinstance(value, str):
        return mask_line(value)
    if isinstance(value, dict):
        return {name: _mask(inner) for name, inner in value.items()}
    return [_mask(inner) for inner in value] if isinstance(value, list | tuple) else value
