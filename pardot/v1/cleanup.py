"""``/pardot/cleanup``: triage by tags."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from api.domain.error_types import ErrorType
from api.http.errors import BadGateway, Unavailable, document_errors
from pardot.configuration.values import load_configuration
from pardot.domain.areas import Area
from pardot.domain.grading import compute_percentage
from pardot.planning.triage import ActionTag, TaggedShare, load_action_tags, load_tagged_shares
from pardot.planning.triage_tags import TagsNotMade, TagsRefused, make_missing_tags
from pardot.scoring.scorecard import load_score_inputs
from pardot.scoring.snapshots import as_number

router = Router(tags=["pardot: clean-up"])


class TaggedItem(Schema):
    type: Area | None = Field(description="The area of the object; null: its type belongs to no area.")
    object_type: str | None = Field(description="Pardot's name for the type.")
    object_id: int | None
    object_name: str | None


class ActionStatus(Schema):
    action: str
    tag: str
    tag_id: int | None = Field(
        description="The tag's id; null: the tag is not stored here. POST …/cleanup/setup finds it in Pardot, or "
        "creates it."
    )
    count: int | None = Field(description="The number of objects with the tag; null: no data.")
    by_type: dict[str, int]
    items: list[TaggedItem] = Field(description="The first objects with the tag, at most `limit`.")


class IssueTriage(Schema):
    key: str
    area: Area
    count: int | float | None = Field(description="The count of the issue, without exempt assets; null: no data.")
    exempt: int = Field(description="The number of assets that have the issue and are exempt today.")
    tagged: int | None = Field(
        description="The number of counted assets with a clean-up tag; null: no data, or the issue is a percentage."
    )
    tagged_pct: float | None = Field(
        description="The percentage of counted assets with a clean-up tag; null when `tagged` is null or `count` is 0."
    )


class CleanupStatus(Schema):
    actions: list[ActionStatus]
    issues: list[IssueTriage]


class StatusQuery(Schema):
    limit: int = Field(100, ge=1, le=1000, description="The largest number of items of each action.")


class CleanupTagOut(Schema):
    action: str
    tag: str
    tag_id: int
    created: bool = Field(description="True when this request created the tag.")


class CleanupSetup(Schema):
    tags: list[CleanupTagOut]


@router.get(
    "/cleanup/status", response={200: CleanupStatus, **document_errors(401, 403, 422)}, summary="Progress of triage"
)
def get_cleanup_status(request: HttpRequest, query: Query[StatusQuery]) -> CleanupStatus:
    """Return the objects with the tag of each action, and the tagged share of each issue.

    Objects that get a tag in Pardot appear after the next sync of the assets.
    """
    inputs = load_score_inputs()
    tags = load_action_tags(inputs.configuration, items=query.limit)
    shares = load_tagged_shares(inputs, [tag.tag_id for tag in tags if tag.tag_id is not None])
    return CleanupStatus(
        actions=[_build_action(tag) for tag in tags], issues=[_build_triage(share) for share in shares]
    )


@router.post(
    "/cleanup/setup",
    response={200: CleanupSetup, **document_errors(401, 403, 502)},
    summary="Create the clean-up tags in Pardot",
)
def set_up_cleanup(request: HttpRequest) -> CleanupSetup:
    """Create the missing clean-up tags. Existing tags are not changed.

    502: Pardot or Salesforce refuses, or a setting is missing or wrong; the message gives the reason. 503: not all tags
    can be created at the moment; a retry is harmless.
    """
    try:
        cleanup_tags = make_missing_tags(load_configuration())
    except TagsNotMade as error:
        raise Unavailable(
            f"Not all tags can be created at the moment: {error}. A retry is harmless.",
            ErrorType.PARDOT_AWAY,
            retry_after=error.retry_after,
        ) from error
    except TagsRefused as error:
        raise BadGateway(f"Not all tags could be created: {error}.", ErrorType.PARDOT_REFUSED) from error
    return CleanupSetup(
        tags=[
            CleanupTagOut(action=tag.action, tag=tag.name, tag_id=tag.tag_id, created=tag.created)
            for tag in cleanup_tags
        ]
    )


def _build_action(tag: ActionTag) -> ActionStatus:
    return ActionStatus(
        action=tag.action,
        tag=tag.name,
        tag_id=tag.tag_id,
        count=tag.count,
        by_type=dict(tag.by_type),
        items=[TaggedItem(**item) for item in tag.items],
    )


def _build_triage(share: TaggedShare) -> IssueTriage:
    has_data = share.tagged is not None and isinstance(share.count, int)
    return IssueTriage(
        key=share.issue.key,
        area=share.issue.area,
        count=as_number(share.count),
        exempt=share.exempt,
        tagged=share.tagged,
        tagged_pct=compute_percentage(share.tagged or 0, int(share.count or 0)) if has_data else None,
    )
