"""Copy Pardot objects the usual way: read a page, then call ``update_or_create`` for each row.

Run as ``python -m bench.row_by_row <pages>``. It prints the number of rows, and the seconds without the start of the
process.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import datetime
from typing import Any

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sfapi.settings.base")
    django.setup()
    from pardot.catalog.entities import ACTIVITIES, PROSPECTS

    began = time.monotonic()
    stored = sum(copy(entity, pages=int(sys.argv[1])) for entity in (PROSPECTS, ACTIVITIES))
    sys.stdout.write(f"{stored} {time.monotonic() - began:.3f}\n")


def copy(entity: Any, *, pages: int) -> int:
    """Copy the first pages of an object, and return the number of rows."""
    from pardot.platform.connection import PardotCalls, make_pardot_client
    from sf.connection.clients import make_salesforce_client
    from sf.sync.usage import UsageCounter

    client = make_pardot_client(make_salesforce_client(UsageCounter("bench")), PardotCalls())
    fields = dict(zip(entity.api_names, entity.fields(), strict=True))
    names = list(fields)
    page = client.page(entity.path, fields=names, params={"limit": "1000", "orderBy": "id"})
    rows = 0
    for _ in range(pages):
        for record in page.values:
            values = {field.name: _value(field, record[name]) for name, field in fields.items()}
            entity.model.objects.update_or_create(id=values.pop("id"), defaults=values)
        rows += len(page.values)
        if not page.next_token:
            break
        page = client.next_page(entity.path, fields=names, token=page.next_token)
    return rows


def _value(field: Any, raw: Any) -> Any:
    return datetime.fromisoformat(raw) if raw and field.get_internal_type() == "DateTimeField" else raw


if __name__ == "__main__":
    main()
