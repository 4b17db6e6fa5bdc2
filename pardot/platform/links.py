"""Addresses of records' pages in Pardot."""

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
"""The path of a record's page by entity. Source: docs/platform-facts.md."""


def pardot_base() -> str:
    """Return the host of Pardot's pages, which is the API's."""
    return str(settings.PARDOT_API_URL).rstrip("/")
