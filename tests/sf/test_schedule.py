"""The next run of a scheduled command follows the rules of ``crontab(5)``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as st

from sf.ingest.schedule import compute_next_time, find_next_run

SUNDAY = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def load_jobs(*lines: tuple[str, str]) -> list[tuple[str, str, list[str]]]:
    return [(expression, "sfapi.cron.run", command.split()) for expression, command in lines]


def test_the_earliest_of_several_lines_is_the_next_run(settings: Any) -> None:
    settings.CRONJOBS = load_jobs(("0 5 * * *", "sync_all"), ("0 4 * * 0", "sync_all --force"))
    assert find_next_run("sync_all", SUNDAY) == datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    assert find_next_run("sync_all", SUNDAY.replace(hour=4)) == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert find_next_run("sync_all", SUNDAY.replace(hour=5)) == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def test_a_command_without_a_line_has_no_next_run(settings: Any) -> None:
    settings.CRONJOBS = load_jobs(("0 5 * * *", "sync_all"))
    assert find_next_run("sync_books", SUNDAY) is None


def test_hours_are_in_the_time_zone_of_the_settings(settings: Any) -> None:
    settings.CRONJOBS = load_jobs(("0 5 * * *", "sync_all"))
    settings.TIME_ZONE = "America/Chicago"
    assert find_next_run("sync_all", SUNDAY) == datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    summer = datetime(2026, 7, 1, 3, 30, tzinfo=UTC)
    assert find_next_run("sync_all", summer) == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


CLOCKS_GO_BACK = datetime(2026, 11, 1, 6, 25, tzinfo=UTC)
"""35 minutes before clocks in Chicago go back from 2:00 AM (7:00 UTC) to 1:00 AM."""
CLOCKS_GO_FORWARD = datetime(2027, 3, 14, 7, 25, tzinfo=UTC)
"""35 minutes before clocks in Chicago go forward from 2:00 AM (8:00 UTC) to 3:00 AM."""


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("*/15 * * * *", CLOCKS_GO_BACK, "1 6:30, 1 6:45, 1 7:00, 1 7:15, 1 7:30, 1 7:45, 1 8:00"),
        ("30 * * * *", CLOCKS_GO_BACK, "1 6:30, 1 7:30, 1 8:30"),
        ("30 1 * * *", CLOCKS_GO_BACK, "1 6:30, 2 7:30"),
        ("30 2 * * *", CLOCKS_GO_BACK, "1 8:30, 2 8:30"),
        ("0 */2 * * *", CLOCKS_GO_BACK, "1 8:00, 1 10:00"),
        ("*/15 * * * *", CLOCKS_GO_FORWARD, "14 7:30, 14 7:45, 14 8:00, 14 8:15"),
        ("30 2 * * *", CLOCKS_GO_FORWARD, "14 8:30, 15 7:30"),
        ("0 */2 * * *", CLOCKS_GO_FORWARD, "14 8:00, 14 9:00, 14 11:00"),
    ],
)
def test_no_job_is_skipped_and_none_with_a_fixed_hour_runs_twice_when_clocks_change(
    settings: Any, expression: str, after: datetime, expected: str
) -> None:
    settings.TIME_ZONE = "America/Chicago"
    for start in (after, after.astimezone(ZoneInfo("America/Chicago"))):
        times, moment = [], start
        for _ in expected.split(","):
            moment = compute_next_time(expression, moment).astimezone(UTC)
            times.append(f"{moment.day} {moment.hour}:{moment:%M}")
        assert ", ".join(times) == expected


def test_the_projects_own_cron_table_can_be_read() -> None:
    assert find_next_run("sync_all", SUNDAY) is not None
    assert find_next_run("sync_books", SUNDAY) == datetime(
        2026, 11, 28, 23, 45, tzinfo=ZoneInfo(django_settings.TIME_ZONE)
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * *", "2026-11-22T03:31"),
        ("*/15 * * * *", "2026-11-22T03:45"),
        ("30 3 * * *", "2026-11-23T03:30"),
        ("0 0 1 * *", "2026-12-01T00:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 30 2 *", None),
        ("0 7 1 1,7 *", "2027-01-01T07:00"),
        ("30 6 * * 3", "2026-11-25T06:30"),
        ("0 0 * * 7", "2026-11-29T00:00"),
        ("0 0 * * 1-5", "2026-11-23T00:00"),
        ("0 0 30 * 2", "2026-11-24T00:00"),
        ("0 0 24 * 6", "2026-11-24T00:00"),
    ],
)
def test_expressions_mean_what_cron_means(expression: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="matches no date"):
            compute_next_time(expression, SUNDAY)
    else:
        assert compute_next_time(expression, SUNDAY) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def field(lowest: int, highest: int) -> st.SearchStrategy[str]:
    """Return a strategy for one field of an expression: ``*``, numbers, ranges, steps, lists."""
    number = st.integers(lowest, highest)
    span = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    whole = st.sampled_from(["*", f"{lowest}-{highest}"])
    stepped = st.tuples(st.one_of(whole, span), st.integers(1, highest)).map(lambda parts: f"{parts[0]}/{parts[1]}")
    item = st.one_of(number.map(str), span, stepped)
    return st.one_of(whole, item, st.lists(item, min_size=1, max_size=3).map(",".join))


expressions = st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7)).map(" ".join)


@given(expressions, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))
def test_the_next_time_is_the_first_that_matches(expression: str, naive: datetime) -> None:
    after = naive.replace(tzinfo=UTC)
    moment = compute_next_time(expression, after)
    assert moment > after
    assert fits(expression, moment)
    earlier = moment - timedelta(minutes=1)
    for _ in range(300):
        if earlier <= after:
            break
        assert not fits(expression, earlier)
        earlier -= timedelta(minutes=1)


def fits(expression: str, moment: datetime) -> bool:
    """Return whether this minute matches the line: cron's rule, implemented independently."""
    minute, hour, day, month, weekday = expression.split()
    on_day = matches(day, moment.day, 31)
    on_weekday = any(matches(weekday, number, 7) for number in {moment.isoweekday(), moment.isoweekday() % 7})
    # When either day field begins with a star, both must match.
    one_is_enough = not day.startswith("*") and not weekday.startswith("*")
    return (
        matches(minute, moment.minute, 59)
        and matches(hour, moment.hour, 23)
        and matches(month, moment.month, 12)
        and ((on_day or on_weekday) if one_is_enough else (on_day and on_weekday))
    )


def matches(text: str, number: int, highest: int) -> bool:
    for part in text.split(","):
        span, _, step = part.partition("/")
        lowest = 1 if highest in {31, 12} else 0
        first, _, last = (f"{lowest}-{highest}" if span == "*" else span).partition("-")
        if int(first) <= number <= int(last or first) and (number - int(first)) % int(step or 1) == 0:
            return True
    return False
