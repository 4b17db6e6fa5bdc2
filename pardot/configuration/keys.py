"""Declare the settings that staff may change, each with its default, valid values and purpose."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from api.http.fields import STORABLE
from api.http.refusal_words import describe_error
from pardot.domain.issues import BY_KEY, ISSUES, Issue, Priority


def _check_one_line(text: str) -> str:
    if len(text.splitlines()) > 1:
        raise ValueError("this must be a single line")
    return text


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Paragraph = Annotated[_Text, STORABLE]
Line = Annotated[_Text, StringConstraints(max_length=200), STORABLE, AfterValidator(_check_one_line)]


class UnknownKey(LookupError):
    """There is no configuration key with this name. The message lists the existing keys."""


class BadValue(ValueError):
    """A value is invalid for its key. ``errors`` say where (``loc``) and why (``message``)."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(_format_error(error) for error in errors))
        self.errors = errors


def _check_braces(title: str) -> str:
    if set("{}") & set(title.replace("{count}", "")):
        raise ValueError("braces are only allowed in {count}, which is replaced by the number")
    return title


class Template(BaseModel):
    """The texts and the priority of one issue."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: Annotated[Line, AfterValidator(_check_braces)]
    description: Paragraph
    priority: Priority


class CampDates(BaseModel):
    """The first and last day of camp, both included; unset: no camp is planned."""

    model_config = ConfigDict(extra="forbid", strict=True)

    start: date | None = None
    end: date | None = None


class _Threshold(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    grade: Annotated[_Text, StringConstraints(max_length=3), STORABLE, AfterValidator(_check_one_line)]
    minimum: Annotated[int, Field(ge=0, le=100)]


def _check_issues(values: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(values.keys() - BY_KEY.keys())
    if unknown:
        raise ValueError(f"there is no issue {', '.join(unknown)}. Known: {', '.join(BY_KEY)}")
    return values


def _check_descending(thresholds: list[_Threshold]) -> list[_Threshold]:
    minimums = [threshold.minimum for threshold in thresholds]
    if any(later >= earlier for earlier, later in pairwise(minimums)):
        raise ValueError(f"each minimum must be lower than the one before: {', '.join(map(str, minimums))}")
    if minimums[-1] != 0:
        raise ValueError("the minimum of the last grade must be 0, or some scores would have no grade")
    _check_unique([threshold.grade for threshold in thresholds])
    return thresholds


def _check_unique(names: list[str]) -> list[str]:
    twice = sorted({name for name in names if [other.lower() for other in names].count(name.lower()) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)}: given twice")
    return names


def _check_order(dates: CampDates) -> CampDates:
    if (dates.start is None) != (dates.end is None):
        raise ValueError("give both the start and the end, or neither")
    if dates.start and dates.end and dates.end < dates.start:
        raise ValueError(f"camp ends ({dates.end}) before it starts ({dates.start})")
    return dates


def _check_first_character(prefix: str) -> str:
    if prefix != prefix.lstrip():
        raise ValueError("it must not begin with a space: Pardot removes leading spaces")
    return prefix


Weight = Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
Months = Annotated[int, Field(strict=True, ge=1, le=240)]


@dataclass(frozen=True)
class ConfiguredKey:
    """A setting that staff may change."""

    key: str
    title: str
    help: str
    default: Callable[[], Any]
    """A function that returns the default as JSON."""
    accepts: TypeAdapter[Any]
    overlays: bool = False
    """True when the value is a mapping, and entries that staff do not set keep their default."""
    moves_audits: bool = False
    """True when the audits must run again after a change."""

    def parse(self, value: Any) -> Any:
        """Convert ``value`` from JSON types to the form that the code uses.

        Raises ``BadValue`` with the reasons.
        """
        try:
            return self.accepts.validate_json(json.dumps(value, allow_nan=False))
        except ValidationError as error:
            raise BadValue([_build_error(raw) for raw in error.errors()]) from error
        except (ValueError, RecursionError) as error:
            raise BadValue([{"loc": [], "message": _NO_JSON}]) from error

    def clean(self, value: Any) -> Any:
        """Return ``value`` as JSON to be stored. Raises ``BadValue`` with the reasons."""
        return self.accepts.dump_python(self.parse(value), mode="json")


_NO_JSON = "This cannot be stored: it contains NaN, infinity or half of a surrogate pair, or is nested too deeply"


def _build_error(raw: Any) -> dict[str, Any]:
    if raw["type"] == "json_invalid":
        return {"loc": [], "message": _NO_JSON}
    message = describe_error(raw)
    return {"loc": [str(part) for part in raw["loc"]], "message": message[:1].upper() + message[1:]}


def _format_error(error: dict[str, Any]) -> str:
    where = ".".join(error["loc"])
    return f"{where}: {error['message']}" if where else str(error["message"])


KEYS: tuple[ConfiguredKey, ...] = (
    ConfiguredKey(
        "score_weights",
        "Weights",
        "Points that an area loses per occurrence of an issue, 0 to 100. Issues not listed keep their default.",
        lambda: {issue.key: float(issue.weight) for issue in ISSUES},
        TypeAdapter(Annotated[dict[str, Weight], AfterValidator(_check_issues)]),
        overlays=True,
    ),
    ConfiguredKey(
        "grade_thresholds",
        "Grades",
        "Minimum score for each grade, highest first. The lowest must be 0.",
        lambda: [
            {"grade": grade, "minimum": minimum}
            for grade, minimum in (("A", 90), ("B", 80), ("C", 70), ("D", 60), ("F", 0))
        ],
        TypeAdapter(Annotated[list[_Threshold], Field(min_length=1, max_length=20), AfterValidator(_check_descending)]),
    ),
    ConfiguredKey(
        "alert_score",
        "Alert below",
        "The team gets a message when the score falls below this number. 0: never.",
        lambda: 0,
        TypeAdapter(Annotated[int, Field(strict=True, ge=0, le=100)]),
    ),
    ConfiguredKey(
        "issue_templates",
        "Issue texts",
        "Title (with {count}), description and priority of each issue. Issues not listed keep their default.",
        lambda: {issue.key: _build_default_template(issue) for issue in ISSUES},
        TypeAdapter(Annotated[dict[str, Template], AfterValidator(_check_issues)]),
        overlays=True,
    ),
    ConfiguredKey(
        "camp_dates",
        "Camp",
        "First and last day of camp. Empty: no camp is planned.",
        lambda: {"start": None, "end": None},
        TypeAdapter(Annotated[CampDates, AfterValidator(_check_order)]),
    ),
    ConfiguredKey(
        "target_score",
        "Target score",
        "The score to reach by the end of camp, drawn as a line in the trend. 0: no target.",
        lambda: 0,
        TypeAdapter(Annotated[int, Field(strict=True, ge=0, le=100)]),
    ),
    ConfiguredKey(
        "activity_lookback_days",
        "Look-back of activity",
        "Assets without activity for this many days are dormant. The number must not exceed the days for which SFAPI "
        "keeps activities.",
        lambda: 30,
        TypeAdapter(Annotated[int, Field(strict=True, ge=1, le=366)]),
        moves_audits=True,
    ),
    ConfiguredKey(
        "list_stale_months",
        "Age of stale lists",
        "A list is stale after this many months without a change.",
        lambda: 6,
        TypeAdapter(Months),
        moves_audits=True,
    ),
    ConfiguredKey(
        "list_stale_severe_months",
        "Age of very stale lists",
        "A list is very stale after this many months without a change. The number must be higher than for stale lists.",
        lambda: 12,
        TypeAdapter(Months),
        moves_audits=True,
    ),
    ConfiguredKey(
        "cleanup_tag_prefix",
        "Prefix of clean-up tags",
        "The names of all clean-up tags begin with this prefix.",
        lambda: "Camp: ",
        TypeAdapter(
            Annotated[
                str,
                StringConstraints(min_length=1, max_length=40),
                STORABLE,
                AfterValidator(_check_first_character),
            ]
        ),
    ),
    ConfiguredKey(
        "cleanup_actions",
        "Clean-up actions",
        "The actions that can be planned for an asset. Each tag's name is the prefix followed by an action.",
        lambda: ["Remove", "Archive", "Reviewed"],
        TypeAdapter(Annotated[list[Line], Field(min_length=1, max_length=12), AfterValidator(_check_unique)]),
    ),
)

_BY_KEY: Mapping[str, ConfiguredKey] = {declared.key: declared for declared in KEYS}


def require_configured_key(key: str) -> ConfiguredKey:
    """Return the key's declaration. Raises ``UnknownKey`` when there is none."""
    if key not in _BY_KEY:
        raise UnknownKey(f"There is no configuration {key!r}. Known: {', '.join(_BY_KEY)}.")
    return _BY_KEY[key]


def _build_default_template(issue: Issue) -> dict[str, str]:
    return {"title": issue.title, "description": issue.description, "priority": issue.priority.value}
