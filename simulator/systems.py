"""The names of the three simulated systems, and the system of each path."""

from __future__ import annotations

from typing import Literal, get_args

System = Literal["salesforce", "pardot", "accounts"]
SYSTEMS: tuple[System, ...] = get_args(System)


def system_of(path: str) -> System | None:
    """Return the system of a path such as ``/services/…``; ``None`` for an unknown path."""
    if path.startswith(("/services/", "/id/")):
        return "salesforce"
    if path.startswith("/api/v5/"):
        return "pardot"
    if path.startswith(("/oauth/", "/api/users")):
        return "accounts"
    return None
