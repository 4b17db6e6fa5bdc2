"""What staff may change without a release: each value declared once, with its default and what it may be.

A change is a row of ``ConfiguredValue``; ``configuration()`` reads all of them in one query, so the next request of
every process sees it. Admin and ``/api/v1/pardot/admin/config`` check what is entered by the same declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any

from django.utils import timezone
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from pardot.grading import GradeThreshold
from pardot.issues import BY_KEY, ISSUES, Issue, Priority
from pardot.models import ConfiguredValue

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class UnknownKey(KeyError):
    """Nothing is configured under this name; the message lists what is."""


class BadValue(ValueError):
    """A value that its key does not take; ``errors`` say where (``loc``) and why (``message``)."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(_sentence(error) for error in errors))
        self.errors = errors


class Template(BaseModel):
    """The texts of one issue."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    description: Paragraph
    priority: Priority


class CampDates(BaseModel):
    """When camp begins and ends, both days included; unset: no camp is planned."""

    model_config = ConfigDict(extra="forbid")

    start: date | None = None
    end: date | None = None


class _Threshold(BaseModel):
    model_config = ConfigDict(extra="forbid")

    grade: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3)]
    minimum: Annotated[int, Field(strict=True, ge=0, le=100)]


def _known_issues(values: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(values.keys() - BY_KEY.keys())
    if unknown:
        raise ValueError(f"there is no issue {', '.join(unknown)}. Known: {', '.join(BY_KEY)}")
    return values


def _falling(thresholds: list[_Threshold]) -> list[_Threshold]:
    minimums = [threshold.minimum for threshold in thresholds]
    if any(later >= earlier for earlier, later in pairwise(minimums)):
        raise ValueError(f"thresholds must fall from grade to grade: {', '.join(map(str, minimums))} do not")
    if minimums[-1] != 0:
        raise ValueError("the last grade must begin at 0, or some scores would have no grade")
    _each_once([threshold.grade for threshold in thresholds])
    return thresholds


def _each_once(names: list[str]) -> list[str]:
    twice = sorted({name for name in names if [other.lower() for other in names].count(name.lower()) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)}: given twice")
    return names


def _in_order(dates: CampDates) -> CampDates:
    if (dates.start is None) != (dates.end is None):
        raise ValueError("give both the start and the end, or neither")
    if dates.start and dates.end and dates.end < dates.start:
        raise ValueError(f"camp ends ({dates.end}) before it starts ({dates.start})")
    return dates


Weight = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
Months = Annotated[int, Field(strict=True, ge=1, le=240)]


@dataclass(frozen=True)
class ConfiguredKey:
    """One thing that staff may change."""

    key: str
    title: str
    help: str
    default: Callable[[], Any]
    """As JSON."""
    accepts: TypeAdapter[Any]
    overlays: bool = False
    """A mapping of which only some entries may be given; the others keep their default."""
    moves_audits: bool = False
    """The audits must be run again when it changes."""

    def clean(self, value: Any) -> Any:
        """``value`` as JSON to be kept; ``BadValue`` says what is wrong with it."""
        try:
            parsed = self.accepts.validate_json(_json(value))
        except ValidationError as error:
            raise BadValue([_plain(found) for found in error.errors()]) from error
        return self.accepts.dump_python(parsed, mode="json")


def _json(value: Any) -> str:
    return TypeAdapter(Any).dump_json(value).decode()


def _plain(found: Any) -> dict[str, Any]:
    message = str(found["msg"]).removeprefix("Value error, ")
    return {"loc": [str(part) for part in found["loc"]], "message": message[:1].upper() + message[1:]}


def _sentence(error: dict[str, Any]) -> str:
    where = ".".join(error["loc"])
    return f"{where}: {error['message']}" if where else str(error["message"])


KEYS: tuple[ConfiguredKey, ...] = (
    ConfiguredKey(
        "score_weights",
        "Weights",
        "Points that an area loses for each occurrence of an issue.",
        lambda: {issue.key: float(issue.weight) for issue in ISSUES},
        TypeAdapter(Annotated[dict[str, Weight], AfterValidator(_known_issues)]),
        overlays=True,
    ),
    ConfiguredKey(
        "grade_thresholds",
        "Grades",
        "From how many points on a score is which grade: falling, the last one from 0.",
        lambda: [
            {"grade": grade, "minimum": minimum}
            for grade, minimum in (("A", 90), ("B", 80), ("C", 70), ("D", 60), ("F", 0))
        ],
        TypeAdapter(Annotated[list[_Threshold], Field(min_length=1, max_length=20), AfterValidator(_falling)]),
    ),
    ConfiguredKey(
        "issue_templates",
        "Texts of the issues",
        "Title (with {count}), description and priority of an issue.",
        lambda: {issue.key: _default_template(issue) for issue in ISSUES},
        TypeAdapter(Annotated[dict[str, Template], AfterValidator(_known_issues)]),
        overlays=True,
    ),
    ConfiguredKey(
        "camp_dates",
        "Camp",
        "First and last day of camp; without them no camp is planned.",
        lambda: {"start": None, "end": None},
        TypeAdapter(Annotated[CampDates, AfterValidator(_in_order)]),
    ),
    ConfiguredKey(
        "activity_lookback_days",
        "Look-back of activity",
        "An asset without activity in so many days is dormant.",
        lambda: 30,
        TypeAdapter(Annotated[int, Field(strict=True, ge=1, le=366)]),
        moves_audits=True,
    ),
    ConfiguredKey(
        "list_stale_months",
        "Lists are stale",
        "After so many months without a change.",
        lambda: 6,
        TypeAdapter(Months),
        moves_audits=True,
    ),
    ConfiguredKey(
        "list_stale_severe_months",
        "Lists are stale for long",
        "After so many months without a change; more than the months of stale lists.",
        lambda: 12,
        TypeAdapter(Months),
        moves_audits=True,
    ),
    ConfiguredKey(
        "cleanup_tag_prefix",
        "Prefix of clean-up tags",
        "What the tags for triage begin with.",
        lambda: "Camp: ",
        TypeAdapter(Annotated[str, StringConstraints(min_length=1, max_length=40)]),
    ),
    ConfiguredKey(
        "cleanup_actions",
        "Clean-up actions",
        "What triage decides on an asset; each becomes a tag with the prefix.",
        lambda: ["Remove", "Archive", "Reviewed"],
        TypeAdapter(Annotated[list[Line], Field(min_length=1, max_length=12), AfterValidator(_each_once)]),
    ),
)

_BY_KEY: Mapping[str, ConfiguredKey] = {declared.key: declared for declared in KEYS}


def configured_key(key: str) -> ConfiguredKey:
    """``UnknownKey`` when there is none of this name."""
    if key not in _BY_KEY:
        raise UnknownKey(f"There is no configuration {key!r}. Known: {', '.join(_BY_KEY)}.")
    return _BY_KEY[key]


def _default_template(issue: Issue) -> dict[str, str]:
    return {"title": issue.title, "description": issue.description, "priority": issue.priority.value}


@dataclass(frozen=True)
class Configuration:
    """All values as they hold now, typed."""

    weights: Mapping[str, Decimal]
    thresholds: tuple[GradeThreshold, ...]
    templates: Mapping[str, Template]
    camp: CampDates
    activity_lookback_days: int
    list_stale_months: int
    list_stale_severe_months: int
    cleanup_tag_prefix: str
    cleanup_actions: tuple[str, ...]

    @property
    def cleanup_tags(self) -> dict[str, str]:
        """Action → name of its tag."""
        return {action: f"{self.cleanup_tag_prefix}{action}" for action in self.cleanup_actions}


def configuration() -> Configuration:
    """As it holds now; one query."""
    values = current_values()
    return Configuration(
        weights={key: Decimal(str(weight)) for key, weight in values["score_weights"].items()},
        thresholds=tuple(GradeThreshold(**threshold) for threshold in values["grade_thresholds"]),
        templates={key: Template(**template) for key, template in values["issue_templates"].items()},
        camp=CampDates(**values["camp_dates"]),
        activity_lookback_days=values["activity_lookback_days"],
        list_stale_months=values["list_stale_months"],
        list_stale_severe_months=values["list_stale_severe_months"],
        cleanup_tag_prefix=values["cleanup_tag_prefix"],
        cleanup_actions=tuple(values["cleanup_actions"]),
    )


def current_values() -> dict[str, Any]:
    """Key → value as JSON, defaults included."""
    changed = dict(ConfiguredValue.objects.values_list("key", "value"))
    return {declared.key: _with_defaults(declared, changed) for declared in KEYS}


def set_value(key: str, value: Any, *, by: str) -> Any:
    """Keep ``value`` under ``key``; what is kept. ``UnknownKey``, ``BadValue``."""
    declared = configured_key(key)
    kept = declared.clean(value)
    _check_together({**current_values(), key: kept})
    ConfiguredValue.objects.update_or_create(
        key=key, defaults={"value": kept, "updated_at": timezone.now(), "updated_by": by}
    )
    return kept


def reset_value(key: str) -> Any:
    """Back to the default, which is returned. ``UnknownKey``; ``BadValue`` when another value does not go with it."""
    declared = configured_key(key)
    _check_together({**current_values(), key: declared.default()})
    ConfiguredValue.objects.filter(key=key).delete()
    return declared.default()


def _with_defaults(declared: ConfiguredKey, changed: Mapping[str, Any]) -> Any:
    default = declared.default()
    if declared.key not in changed:
        return default
    return {**default, **changed[declared.key]} if declared.overlays else changed[declared.key]


def _check_together(values: Mapping[str, Any]) -> None:
    if values["list_stale_severe_months"] <= values["list_stale_months"]:
        raise BadValue(
            [
                {
                    "loc": [],
                    "message": f"Lists are stale for long after more months ({values['list_stale_severe_months']}) "
                    f"than stale ({values['list_stale_months']})",
                }
            ]
        )
