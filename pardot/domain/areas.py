"""The areas that are audited, graded, and owned by team members."""

from __future__ import annotations

from django.db import models


class Area(models.TextChoices):
    """The areas in display order.

    The value of each is also the name of an entity in ``pardot/catalog/entities.py``.
    """

    CAMPAIGNS = "campaigns"
    FORMS = "forms"
    LANDING_PAGES = "landing_pages", "Landing pages"
    LISTS = "lists"
    LIST_EMAILS = "list_emails", "List emails"
    CUSTOM_REDIRECTS = "custom_redirects", "Custom redirects"
    PROSPECTS = "prospects"
    TAGS = "tags"
