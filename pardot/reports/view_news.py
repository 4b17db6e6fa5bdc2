"""The lines about saved views in a team member's morning message, for the views that the member subscribed to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pardot.models import TeamMember, ViewSubscription
from pardot.planning.subscriptions import subscriptions_of
from pardot.reports.addresses import site_address
from pardot.reports.wording import change, number, since_day
from pardot.selectors.view_rows import ViewRows, rows_of_view


@dataclass(frozen=True)
class ViewNews:
    """A view that is due in today's message."""

    subscription: ViewSubscription
    rows: ViewRows

    def line(self, day: date) -> str:
        """Return the name, the count, the change since the last message, and the link."""
        view, known = self.subscription.view, self.subscription
        other_rows = ", other rows" if self.rows.count == known.count and self.is_other else ""
        differs = other_rows or change(self.rows.count, known.count)
        address = site_address(f"/pardot/?{view.query}")
        return f"{view.name}: {number(self.rows.count)}{differs} {since_day(known.told_on, day)} {address}"

    @property
    def is_other(self) -> bool:
        return self.rows.fingerprint != self.subscription.fingerprint

    def is_due(self, day: date) -> bool:
        """Return whether today's message has it. A Monday without a message is made up for later in its week."""
        if self.subscription.when == ViewSubscription.MailTime.MONDAY:
            return self.subscription.told_on < day - timedelta(days=day.weekday())
        return self.is_other


def view_news(member: TeamMember, day: date) -> list[ViewNews]:
    """Return what is due. A view without data, or whose filter does not exist any more, waits."""
    counted = ((each, rows_of_view(each.view.query)) for each in subscriptions_of(member))
    news = [ViewNews(each, rows) for each, rows in counted if rows is not None]
    return [each for each in news if each.is_due(day)]


def note_told(news: Iterable[ViewNews], day: date) -> None:
    """Remember what was reported, after the message was sent."""
    for each in news:
        ViewSubscription.objects.filter(pk=each.subscription.pk).update(
            count=each.rows.count, fingerprint=each.rows.fingerprint, told_on=day
        )
