"""Compare all values of the cache with Salesforce, without using the sync's code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.management import call_command

from sf.models import Account, Adoption, Book, CachedRecord, Contact, Opportunity, SyncRun
from tests.simulated import Simulator

FILTERS = {Contact: "FV_Status__c != null AND Accounts_UUID__c != null"}
ALL_MODELS: list[type[CachedRecord]] = [Book, Account, Contact, Opportunity, Adoption]


def sync(*names: str, **options: Any) -> None:
    """Run sync commands in this process, without progress lines."""
    for name in names or ("sync_books", "sync_all"):
        call_command(name, verbosity=0, **options)


def in_salesforce(simulator: Simulator, model: type[CachedRecord]) -> dict[str, dict[str, Any]]:
    """Return the records that should be cached, by id, as model values."""
    columns = {field.attname: field.salesforce_name for field in model.list_copied_fields()}
    where = f" WHERE {FILTERS[model]}" if model in FILTERS else ""
    rows = simulator.query(f"SELECT {', '.join(columns.values())} FROM {model.salesforce_object}{where}")
    return {
        row["Id"]: {name: _as_model_value(model, name, row[path]) for name, path in columns.items()} for row in rows
    }


def in_cache(model: type[CachedRecord]) -> dict[str, dict[str, Any]]:
    """Return the records that readers see, by id."""
    names = [field.attname for field in model.list_copied_fields()]
    return {row["id"]: row for row in model.objects.values(*names)}


def assert_equal(simulator: Simulator, *models: type[CachedRecord]) -> int:
    """Compare all rows and columns, and return the number of rows."""
    rows = 0
    for model in models or ALL_MODELS:
        expected, cached = in_salesforce(simulator, model), in_cache(model)
        assert cached.keys() == expected.keys(), f"{model.__name__}: the ids differ"
        for key, values in expected.items():
            assert cached[key] == values, f"{model.__name__} {key}"
        rows += len(expected)
    return rows


def _as_model_value(model: type[CachedRecord], name: str, raw: Any) -> Any:
    """Convert a raw value of the simulator's store to Django's value."""
    if raw is None or raw == "":
        return None if name != "is_deleted" else False
    kind = next(field for field in model.list_copied_fields() if field.attname == name).get_internal_type()
    if kind == "DateTimeField":
        return datetime.fromisoformat(raw)
    if kind == "DateField":
        return date.fromisoformat(raw)
    if kind == "DecimalField":
        return Decimal(str(raw)).quantize(Decimal("0.01"))
    convert: dict[str, Callable[[Any], Any]] = {"BooleanField": bool, "BigIntegerField": int, "FloatField": float}
    return convert[kind](raw) if kind in convert else raw


def last_run(name: str) -> SyncRun:
    """Return the latest run of an object."""
    run = SyncRun.objects.filter(object=name).first()
    assert run is not None
    return run
