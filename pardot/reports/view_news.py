"""Write the part of a member's morning message that is about the member's subscribed views."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pardot.models import TeamMember, ViewSubscription
from pardot.planning.subscriptions import select_subscriptions
from pardot.reports.addresses import build_site_address
from pardot.reports.wording import format_change, format_since_day, number
from pardot.selectors.view_rows import ViewRows, count_view_rows, query_of_table


@dataclass(frozen=True)
class ViewNews:
    """A subscribed view and its current rows."""

    subscription: ViewSubscription
    rows: ViewRows

    def line(self, day: date) -> str:
        """Return the view's name, its number of rows, the change since ``told_on``, and its link."""
        view, known = self.subscription.view, self.subscription
        other_rows = ", different rows" if self.rows.count == known.count and self.has_other_rows else ""
        differs = other_rows or format_change(self.rows.count, known.count)
        address = build_site_address(f"/pardot/?{query_of_table(view.query)}")
        return f"{view.name}: {number(self.rows.count)}{differs} {format_since_day(known.told_on, day)} {address}"

    @property
    def has_other_rows(self) -> bool:
        return self.rows.fingerprint != self.subscription.fingerprint

    def is_due(self, day: date) -> bool:
        """Return whether today's message includes the view.

        If Monday's message failed, the next message of the week includes the weekly views.
        """
        if self.subscription.when == ViewSubscription.MailTime.MONDAY:
            return self.subscription.told_on < day - timedelta(days=day.weekday())
        return self.has_other_rows


def view_news(member: TeamMember, day: date) -> list[ViewNews]:
    """Return the views that are due. Views that ``count_view_rows`` cannot count are left out."""
    counted = ((each, count_view_rows(each.view.query)) for each in select_subscriptions(member))
    news = [ViewNews(each, rows) for each, rows in counted if rows is not None]
    return [each for each in news if each.is_due(day)]


def note_reported(news: Iterable[ViewNews], day: date) -> None:
    """Store the counts and fingerprints that were reported. Call this after the message was sent."""
    for each in news:
        ViewSubscription.objects.filter(pk=each.subscription.pk).update(
            count=each.rows.count, fingerprint=each.rows.fingerprint, told_on=day
        )
