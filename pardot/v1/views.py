"""``/pardot/views``: saved views of the dashboard."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.responses import Status
from pydantic import AfterValidator, ConfigDict, StringConstraints

from api.auth.callers import signed_in_user
from api.http.errors import NotFound, Unprocessable, documented
from api.http.fields import storable
from pardot.models import SavedView
from pardot.planning.saved_views import LONGEST, BadView, view_change, view_create, view_delete, views_of
from pardot.v1.fields import NOT_BLANK, PathId, actor_name

router = Router(tags=["pardot: team"])

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(storable)]
_Query = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST), AfterValidator(storable)
]
_NOT_YOURS = "You have no view with this id. A shared view can be changed only by the person who saved it."


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
        description="The part of the dashboard's address after `?`. An open dialog and pages of tables are left out.",
    )
    is_shared: bool = Field(False, description="Shown to the whole team.")


class ViewChange(Schema):
    """The values to change; a value that is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1, "example": {"is_shared": True}})

    name: _Name = Field("", json_schema_extra=NOT_BLANK)
    query: _Query = Field("", json_schema_extra=NOT_BLANK)
    is_shared: bool = False

    def changes(self) -> dict[str, Any]:
        """Return the values to change. Raises ``Unprocessable`` when there are none."""
        if not self.model_fields_set:
            names = ", ".join(type(self).model_fields)
            raise Unprocessable(f"Nothing to change: give one or more of {names}.", errors=[])
        return {name: getattr(self, name) for name in self.model_fields_set}


class ViewOut(Schema):
    id: int
    name: str
    query: str
    is_shared: bool
    is_mine: bool = Field(description="Saved by the caller, who may change and delete it.")
    created_by: str
    created_at: datetime


class ViewList(Schema):
    views: list[ViewOut]


@router.get("/views", response={200: ViewList, **documented(401, 403)}, summary="Saved views")
def get_views(request: HttpRequest) -> ViewList:
    """Return the caller's own views and the shared ones, by name."""
    owner = _account(request)
    return ViewList(views=[_out(view, owner) for view in views_of(owner)])


@router.post("/views", response={201: ViewOut, **documented(400, 401, 403, 413, 415, 422)}, summary="Save a view")
def create_view(request: HttpRequest, view: ViewIn) -> Status[ViewOut]:
    """Save an address of the dashboard under a name that the caller does not use yet."""
    owner = _account(request)
    try:
        made = view_create(owner=owner, created_by=actor_name(request), **view.dict())
    except BadView as error:
        raise _refused(error) from error
    return Status(201, _out(made, owner))


@router.patch(
    "/views/{view_id}",
    response={200: ViewOut, **documented(400, 401, 403, 404, 413, 415, 422)},
    summary="Rename or share a view",
)
def change_view(request: HttpRequest, view_id: PathId, change: ViewChange) -> ViewOut:
    """Change one of the caller's own views."""
    owner = _account(request)
    try:
        return _out(view_change(owner, view_id, change.changes()), owner)
    except SavedView.DoesNotExist:
        raise NotFound(_NOT_YOURS) from None
    except BadView as error:
        raise _refused(error) from error


@router.delete(
    "/views/{view_id}", response={204: None, **documented(401, 403, 404, 422)}, summary="Delete a saved view"
)
def delete_view(request: HttpRequest, view_id: PathId) -> Status[None]:
    """Delete one of the caller's own views. A shared view disappears for everybody."""
    if not view_delete(_account(request), view_id):
        raise NotFound(_NOT_YOURS)
    return Status(204, None)


def _account(request: HttpRequest) -> str:
    return signed_in_user(request).session.uuid


def _refused(error: BadView) -> Unprocessable:
    return Unprocessable(str(error), errors=[{"loc": ["body", error.field], "message": str(error)}])


def _out(view: SavedView, owner: str) -> ViewOut:
    return ViewOut(
        id=view.pk,
        name=view.name,
        query=view.query,
        is_shared=view.is_shared,
        is_mine=str(view.owner_uuid) == owner,
        created_by=view.created_by,
        created_at=view.created_at,
    )
