"""Change and read the simulated Pardot, and compare it with its copy."""

from __future__ import annotations

from datetime import datetime
from io import StringIO
from typing import Any

import requests
from django.core.management import CommandError, call_command

from pardot.catalog.entities import ALL, PardotEntity
from pardot.models import PardotRecord
from sf.models import SyncRun
from tests.simulated import Simulator

PARDOT_ENTITIES = [entity for entity in ALL if isinstance(entity, PardotEntity)]
OBJECTS = len(PARDOT_ENTITIES)


class Pardot:
    """Changes and reads the simulated Pardot through the control port, which counts no API calls."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def post(self, path: str, body: Any = None) -> Any:
        return self.simulator.post(f"/pardot{path}", body)

    def settings(self, **values: Any) -> None:
        self.post("/settings", values)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Return every row, including the recycle bin."""
        answer = self.simulator.get(f"/pardot/rows/{path}")
        return [dict(zip(answer["columns"], row, strict=True)) for row in answer["rows"]]

    def ids(self, path: str) -> list[int]:
        """Return the ids of the rows outside the recycle bin."""
        return [row["id"] for row in self.rows(path) if not row.get("isDeleted")]

    def add(self, path: str, **values: Any) -> int:
        return int(self.post(f"/objects/{path}", values)["id"])

    def edit(self, path: str, record: int, **values: Any) -> None:
        self._edit(path, record, {"values": values})

    def edit_without_stamp(self, path: str, record: int, **values: Any) -> None:
        """Edit a record without changing ``updatedAt``."""
        self._edit(path, record, {"values": values, "touch": False})

    def _edit(self, path: str, record: int, order: dict[str, Any]) -> None:
        assert requests.patch(f"{self.simulator.control}/pardot/objects/{path}/{record}", json=order, timeout=30).ok

    def delete(self, path: str, record: int) -> None:
        self.post(f"/objects/{path}/{record}/delete")

    def purge(self, path: str, record: int) -> None:
        self.post(f"/objects/{path}/{record}/purge")

    def fail(self, code: int, times: int = 1) -> None:
        """Answer the next calls with this error."""
        self.post("/fail", {"code": code, "times": times})

    # -- recorded calls ---------------------------------------------------------------------------------

    def calls(self) -> int:
        return int(self.simulator.get("/state")["counters"]["pardot"])

    def most_open(self) -> int:
        return int(self.simulator.get("/state")["counters"]["max_open"]["pardot"])

    def forget_calls(self) -> None:
        self.simulator.post("/counters/reset")


def camp_sync(*arguments: str) -> str:
    """Run ``camp_sync`` in this process and return its output; raises ``CommandError`` when it fails."""
    output = StringIO()
    try:
        call_command("camp_sync", *arguments, verbosity=0, stdout=output, stderr=output)
    except CommandError as error:
        raise CommandError(f"{error}\n{output.getvalue()}") from error
    return output.getvalue()


def last_run(name: str) -> SyncRun:
    run = SyncRun.objects.filter(object=name).first()
    assert run is not None
    return run


def expected(pardot: Pardot, entity: PardotEntity) -> dict[int, dict[str, Any]]:
    """Return the rows that should be copied, by id, as model values."""
    names = dict(zip((field.name for field in entity.fields()), entity.api_names, strict=True))
    return {
        row["id"]: {name: _as_model_value(entity.model, name, row[api]) for name, api in names.items()}
        for row in pardot.rows(entity.path)
        if entity.with_deleted or not row.get("isDeleted")
    }


def copied(entity: PardotEntity) -> dict[int, dict[str, Any]]:
    names = [field.name for field in entity.fields()]
    return {row["id"]: row for row in entity.model._default_manager.values(*names)}


def assert_equal(pardot: Pardot, *entities: PardotEntity) -> int:
    """Compare all rows and columns, and return the number of rows."""
    rows = 0
    for entity in entities or PARDOT_ENTITIES:
        there, here = expected(pardot, entity), copied(entity)
        assert here.keys() == there.keys(), f"{entity.name}: the ids differ"
        for key, values in there.items():
            assert here[key] == values, f"{entity.name} {key}"
        rows += len(there)
    return rows


def _as_model_value(model: type[PardotRecord], name: str, raw: Any) -> Any:
    kind = model._meta.get_field(name).get_internal_type()
    if raw is None or kind not in {"BooleanField", "DateTimeField"}:
        return raw
    return bool(raw) if kind == "BooleanField" else datetime.fromisoformat(raw)
