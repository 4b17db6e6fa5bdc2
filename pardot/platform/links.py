"""URLs of records' pages in Pardot."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

PARDOT_PAGES: Mapping[str, str] = {
    "campaigns": "/campaign/read/id/{id}",
    "lists": "/list/read/id/{id}",
    "forms": "/form/read/id/{id}",
    "landing_pages": "/landingPage/read/id/{id}",
    "list_emails": "/email/draft/edit/id/{id}",
    "custom_redirects": "/customRedirect/read/id/{id}",
    "tags": "/tag/read/id/{id}",
    "prospects": "/prospect/read/id/{id}",
}
"""The paths of records' pages by entity. Source: docs/platform-facts.md."""


def get_pardot_base() -> str:
    """Return the base URL of Pardot's pages, which have the same host as the API."""
    return str(settings.PARDOT_API_URL).rstrip("/")
