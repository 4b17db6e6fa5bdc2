"""``/pardot/views``: saved views of the dashboard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, StringConstraints

from api.auth.callers import get_signed_in_user
from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import STORABLE
from pardot.domain.days import get_today
from pardot.models import SavedView, TeamMember, ViewSubscription
from pardot.planning.saved_views import LONGEST, BadView, add_view, edit_view, remove_view, select_visible_views
from pardot.planning.subscriptions import explain_no_mail, subscribe, unsubscribe
from pardot.planning.team import find_member_by_account
from pardot.selectors.view_rows import area_of_view, count_view_rows
from pardot.v1.fields import NOT_BLANK, PathId, get_actor_name

router = Router(tags=["pardot: team"])

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), STORABLE]
_Query = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST), STORABLE]
SubscriptionTime = ViewSubscription.MailTime
_NO_TABLE = "Only views of a table of assets, campaigns or tags can be mailed. Open a table, then save the view again."
_NO_DATA = (
    "There is no current data for this view, or one of its filters is not valid. Sync first, or correct the filters "
    "and save the view again."
)
_NOT_YOURS = "You have no view with this id. Only the person who saved a shared view can change or delete it."


class ViewIn(Schema):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"name": "Dormant forms", "query": "tab=gear-locker&gear.type=forms&forms.flag=dormant"}
        },
    )

    name: _Name = Field(json_schema_extra=NOT_BLANK)
    query: _Query = Field(
        json_schema_extra=NOT_BLANK,
        description="The query of the dashboard's address. An open dialog and page numbers are not saved.",
    )
    is_shared: bool = Field(False, description="True when all users of the dashboard see the view.")


class ViewChange(Schema):
    """The values to change. Values that are left out do not change."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1, "example": {"is_shared": True}})

    name: _Name = Field("", json_schema_extra=NOT_BLANK)
    query: _Query = Field("", json_schema_extra=NOT_BLANK)
    is_shared: bool = False

    def require_changes(self) -> dict[str, Any]:
        """Return the values to change. Raises ``Unprocessable`` when there are none."""
        if not self.model_fields_set:
            names = ", ".join(type(self).model_fields)
            raise Unprocessable(f"Nothing to change: give one or more of {names}.", errors=[])
        return {name: getattr(self, name) for name in self.model_fields_set}


class SubscriptionIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"when": "monday"}})

    when: SubscriptionTime


class ViewOut(Schema):
    id: int
    name: str
    query: str
    is_shared: bool
    is_mine: bool = Field(description="True when the view belongs to the caller, who may change and delete it.")
    created_by: str
    created_at: datetime
    can_be_mailed: bool = Field(
        description="True when a morning message can include the view, because it shows assets, campaigns or tags."
    )
    mailed: SubscriptionTime | None = Field(
        description="`change`: the caller's morning message includes the view when the view's rows change; `monday`: "
        "it includes the view every Monday; null: never."
    )


class ViewList(Schema):
    views: list[ViewOut]
    no_mail: str = Field(description="The reason why the caller gets no morning message; empty: the caller gets it.")


@router.get("/views", response={200: ViewList, **document_errors(401, 403)}, summary="Saved views")
def list_views(request: HttpRequest) -> ViewList:
    """Return the caller's own views and the shared ones, by name."""
    owner = _get_account(request)
    member = find_member_by_account(owner)
    return ViewList(views=_load_answers(select_visible_views(owner), owner), no_mail=explain_no_mail(member))


@router.post("/views", response={201: ViewOut, **document_errors(400, 401, 403, 413, 415, 422)}, summary="Save a view")
def create_view(request: HttpRequest, view: ViewIn) -> Status[ViewOut]:
    """Save an address of the dashboard under a name that the caller does not use yet."""
    owner = _get_account(request)
    try:
        new_view = add_view(owner=owner, created_by=get_actor_name(request), **view.dict())
    except BadView as error:
        raise _make_refusal(error) from error
    return Status(201, _load_answers([new_view], owner)[0])


@router.patch(
    "/views/{view_id}",
    response={200: ViewOut, **document_errors(400, 401, 403, 404, 413, 415, 422)},
    summary="Rename or share a view",
)
def update_view(request: HttpRequest, view_id: PathId, change: ViewChange) -> ViewOut:
    """Change one of the caller's own views."""
    owner = _get_account(request)
    try:
        return _load_answers([edit_view(owner, view_id, change.require_changes())], owner)[0]
    except SavedView.DoesNotExist:
        raise NotFound(_NOT_YOURS) from None
    except BadView as error:
        raise _make_refusal(error) from error


@router.delete(
    "/views/{view_id}", response={204: None, **document_errors(401, 403, 404, 422)}, summary="Delete a saved view"
)
def delete_view(request: HttpRequest, view_id: PathId) -> Status[None]:
    """Delete one of the caller's own views. A shared view disappears for everybody."""
    if not remove_view(_get_account(request), view_id):
        raise NotFound(_NOT_YOURS)
    return Status(204, None)


@router.put(
    "/views/{view_id}/subscription",
    response={200: ViewOut, **document_errors(400, 401, 403, 404, 413, 415, 422)},
    summary="Get a view by mail",
)
def subscribe_to_view(request: HttpRequest, view_id: PathId, body: SubscriptionIn) -> ViewOut:
    """Add a view to the caller's morning message: when the view's rows change, or every Monday."""
    owner = _get_account(request)
    member, view = _require_member(owner), select_visible_views(owner).filter(pk=view_id).first()
    if view is None:
        raise NotFound("There is no such view, or it is not shared with you.")
    rows = count_view_rows(view.query)
    if rows is None:
        raise _make_refusal(BadView("when", _NO_TABLE if area_of_view(view.query) is None else _NO_DATA))
    subscribe(member, view, body.when, count=rows.count, fingerprint=rows.fingerprint, day=get_today())
    return _load_answers([view], owner)[0]


@router.delete(
    "/views/{view_id}/subscription",
    response={204: None, **document_errors(401, 403, 404, 422)},
    summary="Stop getting a view by mail",
)
def unsubscribe_from_view(request: HttpRequest, view_id: PathId) -> Status[None]:
    """Remove the view from the caller's morning message, if it is there."""
    if member := find_member_by_account(_get_account(request)):
        unsubscribe(member, view_id)
    return Status(204, None)


def _get_account(request: HttpRequest) -> str:
    return get_signed_in_user(request).session.uuid


def _require_member(account: str) -> TeamMember:
    member = find_member_by_account(account)
    if member is None:
        raise _make_refusal(BadView("when", explain_no_mail(None)))
    return member


def _make_refusal(error: BadView) -> Unprocessable:
    return Unprocessable(str(error), errors=[{"loc": ["body", error.field], "message": str(error)}])


def _load_answers(views: Iterable[SavedView], owner: str) -> list[ViewOut]:
    """Return the views as answers. The caller's subscriptions take one database query in all."""
    subscriptions = ViewSubscription.objects.filter(member__accounts_uuid=owner).values_list("view_id", "when")
    mailed = {view: SubscriptionTime(when) for view, when in subscriptions}
    return [
        ViewOut(
            id=view.pk,
            name=view.name,
            query=view.query,
            is_shared=view.is_shared,
            is_mine=str(view.owner_uuid) == owner,
            created_by=view.created_by,
            created_at=view.created_at,
            can_be_mailed=area_of_view(view.query) is not None,
            mailed=mailed.get(view.pk),
        )
        for view in views
    ]
