"""Declare the properties that answers copy from Salesforce fields."""

from __future__ import annotations

from typing import Any

from ninja import Field

from sf.models import CachedRecord
from sf.models.fields import CopiedField


def copied(model: type[CachedRecord], column: str, meaning: str) -> Any:
    """Declare a property that is copied from a column of ``model``, and name Salesforce's field."""
    field = model._meta.get_field(column)
    assert isinstance(field, CopiedField)
    source = f"`{model.salesforce_object}.{field.salesforce_name}` in Salesforce"
    return Field(description=f"{meaning} ({source}){'; null when Salesforce has none' if field.null else ''}.")
