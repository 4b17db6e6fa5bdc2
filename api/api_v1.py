"""Assemble ``/api/v1``. A change that breaks a client needs a v2."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.errors import Throttled
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from api.auth.callers import FAILURES_RATE, Service, address_of, any_caller, caller_of
from api.auth.throttling import RateThrottle, handle_throttled
from api.domain.rates import Rate, parse_rate
from api.http.errors import add_error_handlers
from api.http.parser import JSONParser
from api.openapi.document import NinjaDocument, finish_document
from api.openapi.page import DocsPage
from api.openapi.serving import WHOLE, serve_document
from api.records.access import RecordsRate
from api.records.openapi import add_records
from api.records.resources import RESOURCES
from api.v1 import adoptions, books, cases, contact, forms, info, me, schools


class SalesforceAPIRateThrottle(RateThrottle):
    """Limit contact, adoptions, books, schools, cases and forms, which share one budget per caller.

    The caller is a user or a key. A key may have its own rate.
    """

    policy = "salesforce"

    def get_current_rate(self) -> Rate:
        return parse_rate(settings.SALESFORCE_API_RATE_LIMIT)

    def choose_limit(self, request: HttpRequest) -> tuple[str, str, Rate]:
        policy, identity, rate = super().choose_limit(request)
        caller = caller_of(request)
        own = caller.key.rate if isinstance(caller, Service) else ""
        return policy, identity, parse_rate(own) if own else rate


class SchoolsThrottle(SalesforceAPIRateThrottle):
    """Count users and keys as the base class does. Give each address of anonymous callers its own budget.

    The budget of an address is larger by default, because a whole campus often shares one address.
    """

    def choose_limit(self, request: HttpRequest) -> tuple[str, str, Rate]:
        if caller_of(request):
            return super().choose_limit(request)
        return "schools", address_of(request), parse_rate(settings.SALESFORCE_SCHOOLS_RATE_LIMIT)


class MeThrottle(RateThrottle):
    policy = "me"
    rate = "60/min"


class V1(NinjaAPI):
    """The API. An operation's id is the name of its function.

    The OpenAPI document also describes the records API, although its views are not Ninja's.
    """

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        prefix = path_prefix if path_prefix is not None else self.get_root_path(path_params or {})
        return self._build_document(prefix, WHOLE)

    def build_document_part(self, part: str) -> OpenAPISchema:
        """Return the whole document, or the part with this name (``api/openapi/serving.py``)."""
        return self._build_document(self.get_root_path({}), part)

    def _build_document(self, prefix: str, part: str) -> OpenAPISchema:
        document = NinjaDocument(self, prefix)
        add_records(document, prefix.rstrip("/"), RESOURCES)
        forms.add_form_schemas(document["components"]["schemas"])
        finish_document(document, part)
        return document


api = V1(
    title="SFAPI",
    version="1",
    description=(
        "OpenStax's Salesforce data for the web. Log in with the cookie of an OpenStax account, or send an API key as "
        "`Authorization: Bearer <key>`. Every error has `code` (the HTTP status), "
        "`type` (for programs), `message` and `detail` (the same text as `message`).\n\n"
        "Rate limits for each user, each API key, and each address without valid credentials:\n\n"
        "* contact, adoptions, books, schools, case and forms together: "
        f"{parse_rate(settings.SALESFORCE_API_RATE_LIMIT)} (an API key may have its own limit)\n"
        f"* schools without credentials: {parse_rate(settings.SALESFORCE_SCHOOLS_RATE_LIMIT)}\n"
        f"* records: {parse_rate(RecordsRate.rate)}\n"
        f"* me: {parse_rate(MeThrottle.rate)}\n"
        f"* invalid credentials: {FAILURES_RATE}\n\n"
        "A request above a limit gets 429 and is not counted: try again after `Retry-After` seconds. "
        "The header `RateLimit` says how many requests are left; `RateLimit-Policy` names the limit."
    ),
    urls_namespace="v1",
    docs_url="/docs/",
    docs=DocsPage(),
    auth=any_caller(),
    parser=JSONParser(),
)
add_error_handlers(api)
api.add_exception_handler(Throttled, handle_throttled)

_salesforce = SalesforceAPIRateThrottle()
api.add_router("", me.router, throttle=MeThrottle())
api.add_router("", info.router)
api.add_router("", schools.router, throttle=SchoolsThrottle())
for _module in (contact, adoptions, books, cases, forms):
    api.add_router("", _module.router, throttle=_salesforce)

openapi_document = serve_document(api.build_document_part)
"""The view of ``openapi.json``. It replaces Ninja's view, which builds the document for every request."""
