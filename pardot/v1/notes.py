"""``/pardot/notes``: notes about events on a day, shown in the trend."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, StringConstraints

from api.http.errors import NotFound, Unprocessable, document_errors
from api.http.fields import STORABLE
from pardot.models import DayNote
from pardot.v1.fields import NOT_BLANK, Day, PageQuery, PathId, get_actor_name

router = Router(tags=["pardot: team"])

_Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), STORABLE]


class NoteIn(Schema):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"day": "2026-01-31", "text": "Cleaned up the old lists."}}
    )

    day: Day
    text: _Note = Field(json_schema_extra=NOT_BLANK)


class NoteOut(Schema):
    id: int
    day: date
    text: str
    created_by: str
    created_at: datetime


class NotePage(Schema):
    count: int = Field(description="The number of all matching notes, whatever the limit.")
    notes: list[NoteOut]


class NoteQuery(PageQuery):
    first: Day | None = Field(None, alias="from", description="The first day, included.")
    last: Day | None = Field(None, alias="to", description="The last day, included.")


@router.get("/notes", response={200: NotePage, **document_errors(401, 403, 422)}, summary="Notes on days")
def list_notes(request: HttpRequest, query: Query[NoteQuery]) -> NotePage:
    """Return notes by day, oldest first."""
    if query.first and query.last and query.first > query.last:
        message = f"The first day ({query.first}) must not be after the last day ({query.last})."
        raise Unprocessable(message, errors=[{"loc": ["query", "from"], "message": message}])
    notes = DayNote.objects.order_by("day", "id")
    if query.first:
        notes = notes.filter(day__gte=query.first)
    if query.last:
        notes = notes.filter(day__lte=query.last)
    return NotePage(
        count=notes.count(), notes=[_build_answer(note) for note in notes[query.offset : query.offset + query.limit]]
    )


@router.post(
    "/notes", response={201: NoteOut, **document_errors(400, 401, 403, 413, 415, 422)}, summary="Pin a note to a day"
)
def create_note(request: HttpRequest, note: NoteIn) -> Status[NoteOut]:
    """Create a note. A day may have several notes, and may be in the future."""
    new_note = DayNote.objects.create(
        day=note.day, text=note.text, created_by=get_actor_name(request), created_at=timezone.now()
    )
    return Status(201, _build_answer(new_note))


@router.delete("/notes/{note_id}", response={204: None, **document_errors(401, 403, 404, 422)}, summary="Delete a note")
def delete_note(request: HttpRequest, note_id: PathId) -> Status[None]:
    if not DayNote.objects.filter(pk=note_id).delete()[0]:
        raise NotFound("There is no note with this id.")
    return Status(204, None)


def _build_answer(note: DayNote) -> NoteOut:
    return NoteOut(id=note.pk, day=note.day, text=note.text, created_by=note.created_by, created_at=note.created_at)
