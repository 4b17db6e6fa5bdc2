"""Parse the header in which Salesforce reports the org's API usage."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADER = "Sforce-Limit-Info"


@dataclass(frozen=True)
class ApiUsage:
    """Calls of the last 24 hours and the org's maximum."""

    used: int
    maximum: int


def parse_limit_info(header: str) -> ApiUsage | None:
    """Return the org's usage, or ``None`` when the header does not have it.

    Example of a header: ``api-usage=18/285000; per-app-api-usage=17/250(appName=x)``.
    """
    for part in header.split(";"):
        match = re.fullmatch(r"\s*api-usage\s*=\s*(\d+)\s*/\s*(\d+)\s*", part)
        if match:
            return ApiUsage(int(match.group(1)), int(match.group(2)))
    return None
