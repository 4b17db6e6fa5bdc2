"""The areas that are audited, graded, and owned by people. Pure names: everything else is derived from them."""

from __future__ import annotations

from django.db import models


class Area(models.TextChoices):
    """By the name of the entity; the order is the one in which people read them."""

    CAMPAIGNS = "campaigns"
    FORMS = "forms"
    LANDING_PAGES = "landing_pages", "Landing pages"
    LISTS = "lists"
    LIST_EMAILS = "list_emails", "List e-mails"
    CUSTOM_REDIRECTS = "custom_redirects", "Custom redirects"
    PROSPECTS = "prospects"
    TAGS = "tags"
