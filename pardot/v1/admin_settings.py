"""``/pardot/admin/…``: the team and the configuration."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from ninja import Field, Path, Router, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints

from api.domain.error_types import ErrorType
from api.http.errors import Conflict, Unprocessable, document_errors
from api.http.fields import STORABLE
from pardot.configuration.values import (
    KEYS,
    BadValue,
    CurrentValue,
    UnknownKey,
    load_described_values,
    require_configured_key,
)
from pardot.domain.areas import Area
from pardot.models import ConfigurationChange
from pardot.pipeline.after_change import ANY, ChangedMeanwhile, change_value, reset_to_default
from pardot.planning.team import BadTeam, Member, TeamChanged, load_team_with_tasks, replace_team
from pardot.selectors.rows import LARGEST_ID
from pardot.v1.fields import NOT_BLANK, get_actor_name

router = Router(tags=["pardot: settings"])
MOST_CHANGES = 100

# -- the team ---------------------------------------------------------------------------------------------------------


def _require_known_area(text: Any) -> Any:
    if text not in Area.values:
        raise ValueError(f"there is no area {text!r}. Known: {', '.join(Area.values)}")
    return text


_AreaOf = Annotated[Area, BeforeValidator(_require_known_area)]
_Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), STORABLE]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), STORABLE]
_Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), STORABLE]


def _require_address(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise ValueError("this is not an email address") from None
    return text


_Email = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254), STORABLE, AfterValidator(_require_address)
]
_Number = Annotated[int, Field(strict=True, ge=0, le=32_767)]
_MemberId = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]


class MemberIn(Schema):
    model_config = ConfigDict(extra="forbid")

    id: _MemberId | None = Field(
        None, description="The id of a current member, who keeps their tasks. Left out: a new member."
    )
    name: _Name = Field(json_schema_extra=NOT_BLANK)
    role: _Short = ""
    areas: Annotated[list[_AreaOf], Field(max_length=len(Area))] = Field(
        [], description="The areas that the member owns."
    )
    label: _Label = Field("", description="A short name for narrow places.")
    order: _Number | None = Field(None, description="The position in lists. Left out: the position in `team`.")
    accounts_uuid: uuid.UUID | None = Field(
        None,
        description="The UUID of the member's OpenStax account. `mine` of `GET /pardot/tasks` finds the member by this "
        "UUID. Left out: no account, even if the member had one.",
    )
    email: _Email | None = Field(
        None, description="The address for morning messages. Empty: no messages. Left out: no change."
    )
    gets_messages: bool | None = Field(
        None, description="`false` stops messages, even when there is an address. Left out: no change."
    )

    def member(self, place: int) -> Member:
        """Return the team member, without duplicate areas."""
        return Member(
            id=self.id,
            name=self.name,
            role=self.role,
            areas=tuple(dict.fromkeys(self.areas)),
            label=self.label,
            order=place if self.order is None else self.order,
            accounts_uuid=self.accounts_uuid,
            email=self.email,
            gets_messages=self.gets_messages,
        )


class MemberAsRead(Schema):
    """A member as `GET` returned it, without the number of open tasks."""

    id: int
    name: str
    role: str
    areas: list[Area]
    label: str
    order: int
    accounts_uuid: uuid.UUID | None
    email: str
    gets_messages: bool


class TeamIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"team": [{"name": "Ines Example", "role": "Forms", "areas": ["forms"]}]}},
    )

    team: Annotated[list[MemberIn], Field(max_length=200)] = Field(
        description="The whole team. Members who are left out are removed."
    )
    was: Annotated[list[MemberAsRead], Field(max_length=1_000)] | None = Field(
        None, description="The `team` that `GET` returned: 409 when it has changed since. Left out: not checked."
    )


class MemberOut(MemberAsRead):
    open_tasks: int = Field(description="The number of open tasks, which become unassigned when the member is removed.")


class TeamOut(Schema):
    team: list[MemberOut]


@router.get("/admin/team", response={200: TeamOut, **document_errors(401, 403)}, summary="The team")
def get_team(request: HttpRequest) -> TeamOut:
    """Return the team in display order."""
    return TeamOut(team=[MemberOut(**row) for row in load_team_with_tasks()])


@router.put(
    "/admin/team",
    response={200: TeamOut, **document_errors(400, 401, 403, 409, 413, 415, 422)},
    summary="Replace the team",
)
def update_team(request: HttpRequest, team: TeamIn) -> TeamOut:
    """Replace the whole team.

    A member with an `id` stays the same member and keeps the tasks, even under a new name. A member who is left out
    is removed, and their tasks become unassigned.
    """
    was = None if team.was is None else [member.dict() for member in team.was]
    try:
        replace_team([member.member(place) for place, member in enumerate(team.team)], was=was)
    except TeamChanged as error:
        message = "Another user has just changed the team. Read the team again, then decide."
        raise Conflict(message, ErrorType.VALUE_CHANGED, retry_after=1) from error
    except BadTeam as error:
        errors = [{"loc": ["body", "team", place, name], "message": why} for place, name, why in error.problems]
        raise Unprocessable(f"The team is not valid: {error}.", errors=errors) from error
    return get_team(request)


# -- the configuration ------------------------------------------------------------------------------------------------


class ConfiguredOut(Schema):
    key: str
    title: str
    help: str
    value: Any = Field(description="The value in effect.")
    default: Any
    is_changed: bool = Field(description="True when the value differs from the default.")
    updated_at: datetime | None = Field(
        description="The time of the last change; null: never changed, or reset to the default."
    )
    updated_by: str
    problem: str = Field(
        description="The reason why a saved value, or a part of it, is invalid and therefore not used. Usually empty."
    )


class ConfigurationOut(Schema):
    configuration: list[ConfiguredOut]


class ValueIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"value": 30}})

    value: Any = Field(
        description="The value, in the form of `GET`. `score_weights` and `issue_templates` may have only some issues; "
        "the others get their default."
    )
    was: Any = Field(
        None,
        description="The value that `GET` returned: 409 when it has changed since. Left out: not checked.",
    )


class ResetIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"was": 30}})

    was: Any = Field(description="The value that `GET` returned: 409 when it has changed since.")


class ConfigurationChangeOut(Schema):
    key: str
    title: str
    before: Any
    after: Any
    is_reset: bool = Field(description="True when the change was a reset to the default.")
    changed_by: str
    changed_at: datetime


class ConfigurationChanges(Schema):
    changes: list[ConfigurationChangeOut] = Field(description="The latest 100 changes, newest first.")


_Key = Annotated[str, Path(max_length=64, description="A key from `GET /pardot/admin/config`.")]


@router.get("/admin/config", response={200: ConfigurationOut, **document_errors(401, 403)}, summary="The configuration")
def get_configuration(request: HttpRequest) -> ConfigurationOut:
    """Return every key of the configuration with its value, its default and the latest change."""
    return ConfigurationOut(configuration=[_build_answer(current) for current in load_described_values()])


@router.put(
    "/admin/config/{key}",
    response={200: ConfiguredOut, **document_errors(400, 401, 403, 409, 413, 415, 422)},
    summary="Change the configuration",
)
def update_configuration(request: HttpRequest, key: _Key, body: ValueIn) -> ConfiguredOut:
    """Change one value. Every process uses the new value from the next request on.

    If the audits of assets depend on the value, they run again before the answer is sent.
    """
    try:
        was = body.was if "was" in body.model_fields_set else ANY
        change_value(key, body.value, by=get_actor_name(request), was=was)
    except ChangedMeanwhile as error:
        raise _make_conflict(error) from error
    except UnknownKey as error:
        raise _make_unknown_refusal(error) from error
    except BadValue as error:
        raise _make_bad_value_refusal(error) from error
    return _load_current(key)


@router.delete(
    "/admin/config/{key}",
    response={200: ConfiguredOut, **document_errors(400, 401, 403, 409, 413, 415, 422)},
    summary="Reset to the default",
)
def reset_configuration(request: HttpRequest, key: _Key, body: ResetIn | None = None) -> ConfiguredOut:
    """Reset one value to its default. Every process uses the new value from the next request on.

    Without a body, the current value is not checked. If the audits of assets depend on the value, they run again before
    the answer is sent.
    """
    try:
        reset_to_default(key, by=get_actor_name(request), was=ANY if body is None else body.was)
    except ChangedMeanwhile as error:
        raise _make_conflict(error) from error
    except UnknownKey as error:
        raise _make_unknown_refusal(error) from error
    except BadValue as error:
        raise _make_bad_value_refusal(error) from error
    return _load_current(key)


@router.get(
    "/admin/config-changes",
    response={200: ConfigurationChanges, **document_errors(401, 403)},
    summary="Changes of the configuration",
)
def list_configuration_changes(request: HttpRequest) -> ConfigurationChanges:
    """Return the latest changes of the configuration, with their authors and times."""
    titles = {declared.key: declared.title for declared in KEYS}
    names = ("key", "before", "after", "is_reset", "changed_by", "changed_at")
    return ConfigurationChanges(
        changes=[
            ConfigurationChangeOut(
                title=titles.get(change.key, change.key), **{name: getattr(change, name) for name in names}
            )
            for change in ConfigurationChange.objects.all()[:MOST_CHANGES]
        ]
    )


def _make_conflict(error: ChangedMeanwhile) -> Conflict:
    current = error.current
    who = current.updated_by or "Somebody"
    when = f" at {current.updated_at:%Y-%m-%d %H:%M} UTC" if current.updated_at else ""
    return Conflict(
        f"{who} changed {current.declared.key}{when}. Read the value again, then decide.",
        ErrorType.VALUE_CHANGED,
        retry_after=1,
    )


def _load_current(key: str) -> ConfiguredOut:
    declared = require_configured_key(key)
    return next(_build_answer(current) for current in load_described_values() if current.declared is declared)


def _make_unknown_refusal(error: UnknownKey) -> Unprocessable:
    return Unprocessable(str(error), errors=[{"loc": ["path", "key"], "message": str(error)}])


def _make_bad_value_refusal(error: BadValue) -> Unprocessable:
    errors = [{**each, "loc": ["body", "value", *each["loc"]]} for each in error.errors]
    return Unprocessable(f"The value is not valid: {error}.", errors=errors)


def _build_answer(current: CurrentValue) -> ConfiguredOut:
    declared = current.declared
    return ConfiguredOut(
        key=declared.key,
        title=declared.title,
        help=declared.help,
        value=current.value,
        default=declared.default(),
        is_changed=current.is_changed,
        updated_at=current.updated_at,
        updated_by=current.updated_by,
        problem=current.problem,
    )
