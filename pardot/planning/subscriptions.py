"""Subscriptions of team members to saved views.

The morning message has a line about a subscribed view when the view's rows have changed, or once a week, as the
member chose.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db.models import F, Q, QuerySet

from pardot.models import SavedView, TeamMember, ViewSubscription


def explain_no_mail(member: TeamMember | None) -> str:
    """Return the reason why this team member gets no morning message; empty if the member gets it."""
    if member is None:
        return "No team member has your account. Enter the account's UUID for a team member in the settings."
    if not member.email:
        return f"{member.name} has no email address in the settings."
    if not member.gets_messages:
        return f"{member.name} stopped the morning messages. The link in the last message restarts them."
    return "" if settings.PUBLIC_URL else "No messages are sent until an administrator sets PUBLIC_URL."


def subscribe(
    member: TeamMember, view: SavedView, when: ViewSubscription.MailTime, *, count: int, fingerprint: str, day: date
) -> None:
    """Subscribe to a view, or change when the view is mailed.

    The next message compares the view with ``count`` and ``fingerprint``.
    """
    seen = {"count": count, "fingerprint": fingerprint, "told_on": day}
    ViewSubscription.objects.update_or_create(view=view, member=member, defaults={"when": when, **seen})


def unsubscribe(member: TeamMember, view_id: int) -> None:
    ViewSubscription.objects.filter(view=view_id, member=member).delete()


def select_subscriptions(member: TeamMember) -> QuerySet[ViewSubscription]:
    """Return the member's subscriptions to views that the member can see: own views and shared ones."""
    visible = Q(view__is_shared=True) | Q(view__owner_uuid=F("member__accounts_uuid"))
    return ViewSubscription.objects.filter(visible, member=member).select_related("view")
