from __future__ import annotations

from django.db import models

from pardot.models.record import PardotRecord
from sf.models.fields import DateTime, Integer, Text


class ActivityType(models.IntegerChoices):
    """The types of activities.

    Code uses the numbers, because Pardot's ``type_name`` can differ from the names here.
    """

    CLICK = 1
    VIEW = 2
    ERROR = 3
    SUCCESS = 4
    SENT = 6
    OPEN = 11
    UNSUBSCRIBE_PAGE = 12
    BOUNCED = 13
    SPAM_COMPLAINT = 14
    RESUBSCRIBED = 16
    VISIT = 20
    CUSTOM_URL_CLICK = 21


class VisitorActivity(PardotRecord):
    """One activity of a visitor. Pages read roll-ups, or one prospect's activities, never the whole table."""

    type = Integer("type")
    type_name = Text("typeName")
    prospect_id = Integer("prospectId")
    campaign_id = Integer("campaignId")
    form_id = Integer("formId")
    form_handler_id = Integer("formHandlerId")
    landing_page_id = Integer("landingPageId")
    custom_redirect_id = Integer("customRedirectId")
    email_id = Integer("emailId")
    list_email_id = Integer("listEmailId")
    created_at = DateTime("createdAt")

    class Meta(PardotRecord.Meta):
        verbose_name_plural = "visitor activities"
        indexes = [
            models.Index(fields=["created_at"], name="activity_created"),
            models.Index(fields=["prospect_id", "created_at"], name="activity_prospect"),
        ]

    def __str__(self) -> str:
        return f"{self.type_name or self.type} {self.id}"
