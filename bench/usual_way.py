"""Copy Salesforce objects the usual way with Django, for a comparison with SFAPI's sync.

The usual way is ``simple_salesforce.query_all_iter`` and ``bulk_create(update_conflicts=True, batch_size=500)``, with
one model object per row. ``python -m bench.usual_way`` prints the number of stored rows.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django

BATCH = 500


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")
    django.setup()
    from django.conf import settings
    from simple_salesforce.api import Salesforce

    from sf.connection.clients import make_salesforce_client
    from sf.sync.objects import INTERDEPENDENT
    from sf.sync.usage import UsageCounter

    session = make_salesforce_client(UsageCounter("bench")).session()
    salesforce = Salesforce(
        session_id=session.access_token, instance_url=session.instance_url, version=settings.SALESFORCE_API_VERSION
    )
    stored = sum(copy(salesforce, synced) for synced in INTERDEPENDENT)
    sys.stdout.write(f"{stored}\n")


def copy(salesforce: Any, synced: Any) -> int:
    """Copy one object, and return the number of records."""
    fields = {field.attname: field for field in synced.model.list_copied_fields()}
    names = [name for name in fields if name != "id"]
    rows = model_objects(salesforce.query_all_iter(synced.build_full_query()[1]), synced.model, fields)
    count = 0
    while batch := list(itertools.islice(rows, BATCH)):
        synced.model.all_objects.bulk_create(
            batch, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=names
        )
        count += len(batch)
    return count


def model_objects(records: Iterator[dict[str, Any]], model: Any, fields: dict[str, Any]) -> Iterator[Any]:
    for record in records:
        values: dict[str, Any] = {}
        for name, field in fields.items():
            value: Any = record
            for step in field.salesforce_name.split("."):
                value = value and value.get(step)
            values[name] = as_python(field.get_internal_type(), value)
        yield model(**values)


def as_python(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "DateTimeField":
        return datetime.fromisoformat(value)
    if kind == "DateField":
        return date.fromisoformat(value)
    if kind == "DecimalField":
        return Decimal(str(value))
    return int(value) if kind == "BigIntegerField" else value


if __name__ == "__main__":
    main()
