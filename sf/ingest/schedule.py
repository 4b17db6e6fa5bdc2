"""Compute the next time of a command from the cron table in the settings. Hours are in ``TIME_ZONE``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_LONGEST_SEARCH = timedelta(days=366 * 40)
"""February 29 falls on a given weekday every 28 years.
Around 2100, which is no leap year, up to 40 years pass."""


_ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_SAMPLED_TIME = timedelta(days=35)
_SAMPLED_RUNS = 100

_LEAST_DELAY = timedelta(minutes=9)
"""A job is overdue no sooner than this after its expected time.
So a job that runs every minute is overdue ten minutes after its last run."""
_MOST_DELAY = timedelta(hours=2)


def find_next_run(command: str, after: datetime) -> datetime | None:
    """Return the next time that a cron line starts this command; ``None`` when there is no such line."""
    times = [compute_next_time(line[0], after) for line in settings.CRONJOBS if line[2][0] == command]
    return min(times, default=None)


def compute_longest_pause(command: str) -> timedelta | None:
    """Return the longest time between two runs of a command; ``None`` when it is not scheduled.

    Examines at most 100 pauses, and stops once they span more than 35 days.
    """
    moment = find_next_run(command, _ANY_MOMENT)
    if moment is None:
        return None
    begin, longest = moment, timedelta()
    for _ in range(_SAMPLED_RUNS):
        following = find_next_run(command, moment)
        assert following is not None
        longest, moment = max(longest, following - moment), following
        if moment - begin > _SAMPLED_TIME:
            break
    return longest


def is_overdue(command: str, seen: datetime, now: datetime) -> bool:
    """Return whether a command, last active at ``seen``, is late. False if the command is not scheduled."""
    expected = find_next_run(command, seen)
    following = find_next_run(command, expected) if expected else None
    if expected is None or following is None:
        return False
    return now > expected + min(max(following - expected, _LEAST_DELAY), _MOST_DELAY)


def compute_next_time(expression: str, after: datetime) -> datetime:
    """Return the first time of a cron expression that is later than ``after``.

    Clock changes are handled as in cron. In an hour that comes twice, an hourly job runs twice, and a job at fixed
    hours runs once. A time that the clocks skip becomes the time one hour later.
    """
    minutes, hours, days, months, weekdays = (
        _parse_field(field, *bounds) for field, bounds in zip(expression.split(), _RANGES, strict=True)
    )
    either_day = not any(expression.split()[place].startswith("*") for place in (2, 4))
    is_of_every_hour = expression.split()[1].startswith("*")
    day = after.astimezone(ZoneInfo(settings.TIME_ZONE)).replace(second=0, microsecond=0, fold=0)
    for _ in range(_LONGEST_SEARCH.days + 1):
        weekday = day.isoweekday() % 7
        on_weekday = weekday in weekdays or (weekday == 0 and 7 in weekdays)
        # As in cron: if neither the day of the month nor the weekday begins with a star, one match is enough.
        fits = (day.day in days or on_weekday) if either_day else (day.day in days and on_weekday)
        if fits and day.month in months:
            times = (day.replace(hour=hour, minute=minute) for hour in sorted(hours) for minute in sorted(minutes))
            if _has_one_offset(day):
                moment = next((time for time in times if time > after), None)
            else:
                moment = min(
                    (time for time in _with_clock_change(times, again=is_of_every_hour) if time > after), default=None
                )
            if moment is not None:
                return moment
        day += timedelta(days=1)
    raise ValueError(f"cron expression {expression!r} matches no date")


def _has_one_offset(day: datetime) -> bool:
    midnight = day.replace(hour=0, minute=0)
    return midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset()


def _with_clock_change(times: Iterable[datetime], *, again: bool) -> Iterator[datetime]:
    """Yield the times of a day on which clocks change, in UTC.

    ``again``: repeated times are yielded twice.
    """
    for time in times:
        yield time.astimezone(UTC)
        second = time.replace(fold=1)
        if again and time.astimezone(UTC) < second.astimezone(UTC):
            yield second.astimezone(UTC)


def _parse_field(field: str, lowest: int, highest: int) -> set[int]:
    """Parse one cron field: ``*``, ``5``, ``1-5``, ``*/15`` and comma lists of them."""
    values: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{lowest}-{highest}" if span == "*" else span).partition("-")
        values |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    return values
