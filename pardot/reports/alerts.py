"""Team alerts: the grade fell, the score is below ``alert_score``, a sync failed or is overdue.

Each occurrence is stored as an ``Alert``, and sent once to each channel. The alert about a failed sync leaves out the
sync's message, which may quote a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from outgoing.numbers import format_count
from outgoing.times import format_age
from pardot.domain.days import get_today
from pardot.domain.grading import GradeThreshold, grade_of
from pardot.models import Alert, DigestDelivery
from pardot.reports.addresses import build_site_address
from pardot.reports.wording import Section, text_of
from pardot.scoring.history import find_last_snapshot
from pardot.scoring.scorecard import Scorecard, load_current_scorecard
from sf.status.freshness import FAILING, Freshness, load_all_freshness

_SYNC_JOBS = {"camp_sync"}
_GRADE = "grade"
_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Condition:
    """A problem that exists now. While it lasts, conditions with the same ``key`` are one occurrence."""

    key: str
    text: str


def load_current_conditions(now: datetime | None = None) -> list[Condition]:
    """Return the problems that the team must know about now."""
    card, day = load_current_scorecard(now), get_today(now)
    return [*_check_grade(card, day), *_check_threshold(card), *_check_syncs()]


def note_conditions(conditions: Iterable[Condition], now: datetime | None = None) -> None:
    """Begin an alert for each new condition, and end the alerts whose condition has passed.

    An alert about a grade lasts at least until the end of the day, so no grade is reported twice on one day. If the
    condition still exists after midnight, with the same grade, the alert goes on.
    """
    now, texts = now or timezone.now(), {each.key: each.text for each in conditions}
    lasting = Alert.objects.filter(ended_at=None)
    for key in texts:
        if key.startswith(_GRADE) and not lasting.filter(key=key).exists():
            _, _, grade = key.split(" ", 2)
            lasting.filter(key__startswith=_GRADE, key__endswith=f" {grade}").update(key=key)
    passed = lasting.exclude(key__in=texts).exclude(key__startswith=_build_grade_key(get_today(now), ""))
    passed.update(ended_at=now)
    known = set(lasting.values_list("key", flat=True))
    Alert.objects.bulk_create(
        Alert(key=key, text=text, began_at=now) for key, text in texts.items() if key not in known
    )
    Alert.objects.filter(ended_at__lt=now - _KEPT).delete()


def select_unsent_alerts(channel: str) -> QuerySet[Alert]:
    """Return the current alerts that the channel did not get yet, oldest first."""
    sent = DigestDelivery.objects.filter(channel=channel).exclude(alert=None).values("alert")
    return Alert.objects.filter(ended_at=None).exclude(pk__in=sent).order_by("began_at", "pk")


def compose_alert_message(alerts: Sequence[Alert]) -> str:
    """Return the text of the message. Its first line is the subject of the mail."""
    what = alerts[0].text if len(alerts) == 1 else format_count(len(alerts), "thing") + " to look at"
    return text_of(f"Camp alert: {what}", [Section("Look at", tuple(alert.text for alert in alerts))]) + _compose_link()


def note_alerts_sent(channel: str, label: str, alerts: Iterable[Alert], now: datetime | None = None) -> None:
    """Log the delivery of each alert, so that the channel does not get the alert again."""
    now = now or timezone.now()
    DigestDelivery.objects.bulk_create(
        DigestDelivery(day=get_today(now), channel=channel, recipient=label, text=alert.text, alert=alert, sent_at=now)
        for alert in alerts
    )


def _compose_link() -> str:
    address = build_site_address("/pardot/")
    return f"\n{address}\n" if address.startswith("http") else ""


def _check_grade(card: Scorecard, day: date) -> Iterator[Condition]:
    """Yield a condition when the grade is lower than at the last snapshot before ``day``.

    Both scores are graded by today's thresholds, so that a changed threshold does not look like a lower grade.
    """
    before = find_last_snapshot(day - timedelta(days=1))
    if card.overall is None or card.grade is None or before is None or before.health_score is None:
        return
    thresholds = card.configuration.thresholds
    then = grade_of(before.health_score, thresholds)
    if then is None or _rank(card.grade, thresholds) <= _rank(then, thresholds):
        return
    since = f"{before.day:%a, %b} {before.day.day}"
    fell = f"grade fell from {then} to {card.grade}: score {card.overall}, was {before.health_score} on {since}"
    yield Condition(_build_grade_key(day, card.grade), fell)


def _rank(grade: str, thresholds: Sequence[GradeThreshold]) -> int:
    return next(place for place, threshold in enumerate(thresholds) if threshold.grade == grade)


def _build_grade_key(day: date, grade: str) -> str:
    return f"{_GRADE} {day} {grade}"


def _check_threshold(card: Scorecard) -> Iterator[Condition]:
    least = card.configuration.alert_score
    if card.overall is not None and card.overall < least:
        yield Condition("score", f"score {card.overall} is below {least}")


def _check_syncs() -> Iterator[Condition]:
    health = load_all_freshness()
    for each in [*health.syncs, *(job for job in health.jobs if job.name in _SYNC_JOBS)]:
        name = each.name if each.name in _SYNC_JOBS else f"sync of {each.name.replace('_', ' ')}"
        if each.state in FAILING:
            yield Condition(f"sync {each.name}", f"{name} failed{_format_last_good(each)}")
        elif each.state == "late":
            yield Condition(f"sync {each.name}", f"{name} is overdue{_format_last_good(each)}")


def _format_last_good(each: Freshness) -> str:
    """Return the time since the last complete run as text; empty when there was no complete run yet."""
    return "" if each.age_seconds is None else f"; the data is {format_age(each.age_seconds)} old"
