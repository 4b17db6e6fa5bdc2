"""``GET /pardot/config``: the dashboard's settings."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from api.auth.callers import get_signed_in_user
from api.http.errors import document_errors
from pardot.configuration.values import Configuration, load_configuration
from pardot.domain.areas import Area
from pardot.domain.issues import ISSUES
from pardot.models import TeamMember
from pardot.platform.links import PARDOT_PAGES, get_pardot_base
from sf.models import SyncConfig

router = Router(tags=["pardot: configuration"])


class ConfigTeamMember(Schema):
    id: int
    name: str
    role: str
    label: str = Field(description="A short name for narrow places.")
    areas: list[str]
    order: int
    accounts_uuid: UUID | None


class ConfigArea(Schema):
    area: Area
    label: str
    owners: list[str]


class ConfigCamp(Schema):
    start: date | None
    end: date | None


class ConfigGrade(Schema):
    grade: str
    minimum: int = Field(description="The lowest score with this grade.")


class ConfigIssue(Schema):
    key: str = Field(examples=["forms_no_campaign"])
    area: Area
    flag: str = Field(
        description="The flag that the issue counts; for prospects, a figure of `prospect-health`.",
        examples=["no_campaign"],
    )


class PardotConfig(Schema):
    sf_instance_url: str | None = Field(
        description="The URL of the Salesforce org of the last sync; null: no sync has run yet."
    )
    pardot_url: str = Field(description="The base URL of links into Pardot.")
    pardot_pages: dict[str, str] = Field(
        description="The pages of records in Pardot: type → path after `pardot_url`, with `{id}` for the id."
    )
    team: list[ConfigTeamMember]
    areas: list[ConfigArea]
    issues: list[ConfigIssue] = Field(description="All issues, in the order of the areas.")
    camp: ConfigCamp
    target_score: int | None = Field(description="The score that camp should end with; null: none was set.")
    grade_thresholds: list[ConfigGrade]
    activity_lookback_days: int
    list_stale_months: int
    list_stale_severe_months: int
    cleanup_tags: dict[str, str] = Field(description="The clean-up actions: action → name of its tag in Pardot.")
    time_zone: str = Field(description="The time zone in which days begin and end.")
    me: str | None = Field(description="The name of the team member with the caller's account; null: no member has it.")
    account: str = Field(description="The UUID of the caller's account.")


@router.get(
    "/config",
    response={200: PardotConfig, **document_errors(401, 403)},
    summary="Team, issues, links, dates and thresholds",
)
def get_config(request: HttpRequest) -> PardotConfig:
    """Return the settings that the dashboard needs.

    `PUT /pardot/admin/team` changes the team; `PUT /pardot/admin/config/{key}` changes dates, thresholds and tags.
    """
    team = list(TeamMember.objects.all())
    instance_url = SyncConfig.objects.values_list("instance_url", flat=True).first() or None
    return _build_config(load_configuration(), team, instance_url, account=get_signed_in_user(request).session.uuid)


def _build_config(
    values: Configuration, team: list[TeamMember], instance_url: str | None, *, account: str
) -> PardotConfig:
    return PardotConfig(
        sf_instance_url=instance_url,
        pardot_url=get_pardot_base(),
        pardot_pages=dict(PARDOT_PAGES),
        team=[_build_member(member) for member in team],
        areas=[
            ConfigArea(area=area, label=area.label, owners=[member.name for member in team if area in member.areas])
            for area in Area
        ],
        issues=[ConfigIssue(key=issue.key, area=issue.area, flag=issue.flag) for issue in ISSUES],
        camp=ConfigCamp(start=values.camp.start, end=values.camp.end),
        target_score=values.target_score,
        grade_thresholds=[ConfigGrade(grade=each.grade, minimum=each.minimum) for each in values.thresholds],
        activity_lookback_days=values.activity_lookback_days,
        list_stale_months=values.list_stale_months,
        list_stale_severe_months=values.list_stale_severe_months,
        cleanup_tags=values.cleanup_tags,
        time_zone=settings.TIME_ZONE,
        me=next((member.name for member in team if str(member.accounts_uuid) == account.lower()), None),
        account=account,
    )


def _build_member(member: TeamMember) -> ConfigTeamMember:
    return ConfigTeamMember(
        id=member.pk,
        name=member.name,
        role=member.role,
        label=member.label,
        areas=list(member.areas),
        order=member.order,
        accounts_uuid=member.accounts_uuid,
    )
