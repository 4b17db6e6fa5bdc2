"""Pardot's errors: a number and a sentence in the body. The HTTP status says little.

Source: developer.salesforce.com/docs/marketing/pardot/guide/error-codes.html. The page gives no HTTP status
for most codes. Users of the API have reported 400 for code 51 and 405 for code 60; most other statuses here are
assumptions. The control API can change every status.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulator.http import Response

MESSAGES: Mapping[int, str] = {
    13: "One or more required parameters are missing",
    49: "Access Denied",
    51: "Invalid parameter",
    60: "Invalid HTTP request method",
    61: "Invalid parameter",
    66: "You have exceeded your concurrent request limit. Please wait, before trying again",
    109: "The requested record was not found.",
    122: "Daily API rate limit met",
    150: "Input needs to be valid JSON",
    153: "Missing required property in request",
    154: "Invalid property in request",
    181: "A required header is missing",
    182: "Invalid header value",
    183: "An internal error occurred, please try your request again",
    184: "access_token is invalid, unknown, or malformed",
    198: "Endpoint not found",
    201: "Business Unit specified in Pardot-Business-Unit-Id header not found or inactive.",
    202: "Minute rate limit met",
    209: "Too many fields have filters: The max number of 3 distinct fields with filters was exceeded for this query.",
    210: "Page token has expired.",
    211: "Page token is invalid.",
    214: "API request timed out.",
}
STATUSES: Mapping[int, int] = {49: 401, 60: 405, 109: 404, 184: 401, 198: 404}
"""The HTTP status of some error codes. Any other code has 400."""


class PardotError(Exception):
    """An error in Pardot's form."""

    def __init__(self, code: int, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        """Create the error. ``detail`` is added to the code's message, after a colon."""
        self.code = code
        message = MESSAGES.get(code, "Unknown error")
        self.message = f"{message}: {detail}" if detail else message
        self.headers = dict(headers or {})
        super().__init__(f"{code}: {self.message}")

    def response(self, statuses: Mapping[int, int] | None = None) -> Response:
        """Return ``{"code": 51, "message": "…"}``. ``statuses`` take precedence over ``STATUSES``."""
        status = {**STATUSES, **(statuses or {})}.get(self.code, 400)
        return Response.json({"code": self.code, "message": self.message}, status, self.headers)
