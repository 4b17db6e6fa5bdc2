"""Read addresses that other systems send."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def parts_of(url: str) -> SplitResult:
    """Return the parts of an address; empty parts for a malformed one, such as ``https://[``."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")
