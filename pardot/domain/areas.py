"""The areas that are audited, graded, and owned by people. Everything else about them is derived elsewhere."""

from __future__ import annotations

from django.db import models


class Area(models.TextChoices):
    """The areas by the name of the entity, in display order."""

    CAMPAIGNS = "campaigns"
    FORMS = "forms"
    LANDING_PAGES = "landing_pages", "Landing pages"
    LISTS = "lists"
    LIST_EMAILS = "list_emails", "List emails"
    CUSTOM_REDIRECTS = "custom_redirects", "Custom redirects"
    PROSPECTS = "prospects"
    TAGS = "tags"
