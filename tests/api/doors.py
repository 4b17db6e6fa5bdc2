"""A ``ROOT_URLCONF`` with small routes, to test authentication, rate limits and errors."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest
from django.urls import include, path
from ninja import NinjaAPI, Schema
from ninja.errors import Throttled

from api.auth.callers import any_caller, caller_with, logged_in_user, super_user
from api.auth.throttling import RateThrottle, handle_throttled
from api.domain.scopes import Scope
from api.http.errors import add_error_handlers
from api.http.fields import PlainText
from api.http.parser import JSONParser


class ThreeASecond(RateThrottle):
    policy = "three"
    rate = "3/sec"


class Note(Schema):
    text: PlainText
    number: int = 0


doors = NinjaAPI(title="doors", urls_namespace="doors", parser=JSONParser(), docs_url=None)
add_error_handlers(doors)
doors.add_exception_handler(Throttled, handle_throttled)


@doors.api_operation(["GET", "POST", "PUT", "PATCH", "DELETE"], "/anybody", auth=any_caller())
def anybody(request: HttpRequest) -> Any:
    return {}


@doors.post("/user", auth=logged_in_user())
def user(request: HttpRequest) -> Any:
    return {}


@doors.post("/super-user", auth=super_user())
def staff(request: HttpRequest) -> Any:
    return {}


@doors.post("/cases", auth=caller_with(Scope.WRITE_CASES))
def cases(request: HttpRequest) -> Any:
    return {}


@doors.post("/notes", auth=None)
def notes(request: HttpRequest, note: Note) -> Any:
    return {"text": note.text}


@doors.get("/limited", auth=None, throttle=ThreeASecond())
def limited(request: HttpRequest) -> Any:
    return {}


@doors.get("/crash", auth=None)
def crash(request: HttpRequest) -> Any:
    raise RuntimeError("SELECT secret FROM somewhere")


@doors.get("/database-away", auth=None)
def database_away(request: HttpRequest) -> Any:
    raise OperationalError("connection to server at 10.1.2.3 failed")


urlpatterns = [path("api/doors/", doors.urls), path("", include("sfapi.urls"))]
