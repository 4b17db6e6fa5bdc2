"""Describe the org: its versions, resources, limits, sObjects and page layouts."""

from __future__ import annotations

from typing import Any

from simulator import schema
from simulator.http import Request, Response, Router
from simulator.salesforce.api import FIRST_VERSION, LAST_VERSION, Api, base_path, not_found
from simulator.salesforce.identity import identity_url
from simulator.salesforce.jobs import Jobs
from simulator.salesforce.login import host_of
from simulator.salesforce.recent import Recent
from simulator.salesforce.records import OBJECT, known
from simulator.schema import SObject
from simulator.schema.ids import to_18
from simulator.world import World

MASTER_RECORD_TYPE = "012000000000000AAA"
_RESOURCES = ("limits", "sobjects", "query", "queryAll", "search", "composite", "jobs", "recent", "tooling")


class Describe:
    """Describes one org. Field lists and page layouts omit the fields that are hidden from the API user."""

    def __init__(self, world: World, jobs: Jobs, recent: Recent) -> None:
        self._world = world
        self._jobs = jobs
        self._recent = recent

    def resources(self, request: Request) -> Response:
        paths = {name: f"{base_path(request)}/{name}" for name in _RESOURCES}
        return Response.json({**paths, "identity": identity_url(host_of(request), self._world.organization_id)})

    def limits(self, _request: Request) -> Response:
        """Answer ``{name: {"Max", "Remaining"}}``. Only API requests and query jobs are counted."""
        usage = self._world.salesforce.usage
        jobs = self._world.salesforce.bulk.daily_jobs
        return Response.json(
            {
                "DailyApiRequests": {"Max": usage.daily_max, "Remaining": usage.remaining},
                "DailyBulkApiBatches": {"Max": 15_000, "Remaining": 15_000},
                "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
                "DailyBulkV2QueryJobs": {"Max": jobs, "Remaining": max(0, jobs - self._jobs.created_today)},
                "DataStorageMB": {"Max": 20_480, "Remaining": 12_100},
                "FileStorageMB": {"Max": 20_480, "Remaining": 19_800},
                "SingleEmail": {"Max": 5_000, "Remaining": 5_000},
            }
        )

    def all(self, request: Request) -> Response:
        base = base_path(request)
        sobjects = [
            {**schema.describe_global(sobject), "urls": _urls(base, sobject)} for sobject in schema.SOBJECTS.values()
        ]
        return Response.json({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": sobjects})

    def basic(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        description = {**schema.describe_global(sobject), "urls": _urls(base_path(request), sobject)}
        return Response.json(
            {"objectDescribe": description, "recentItems": self._recent.of(sobject, base_path(request))}
        )

    def one(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        hidden = self._world.store.hidden_fields(sobject.name)
        description = schema.describe(sobject, hidden)
        description["urls"] = _urls(base_path(request), sobject)
        description["childRelationships"] = _children(sobject)
        return Response.json(description)

    def layouts(self, request: Request) -> Response:
        sobject = known(request.params["sobject"])
        own = f"{base_path(request)}/sobjects/{sobject.name}"
        mapping = {
            "available": True,
            "defaultRecordTypeMapping": True,
            "layoutId": _layout_id(sobject),
            "master": True,
            "name": "Master",
            "recordTypeId": MASTER_RECORD_TYPE,
            "urls": {
                "layout": f"{own}/describe/layouts/{MASTER_RECORD_TYPE}",
            },
        }
        return Response.json({"layouts": [self._layout(sobject)], "recordTypeMappings": [mapping]})

    def layout(self, request: Request) -> Response:
        """Answer the page layout of one record type. The simulated org has one layout per sObject."""
        sobject = known(request.params["sobject"])
        if not request.params["record_type"].startswith("012"):
            raise not_found()
        return Response.json(self._layout(sobject))

    def _layout(self, sobject: SObject) -> dict[str, Any]:
        hidden = self._world.store.hidden_fields(sobject.name)
        names = [field for field in sobject.fields if field.name not in hidden]
        rows = [
            {
                "numItems": 1,
                "layoutItems": [
                    {
                        "editableForNew": field.createable,
                        "editableForUpdate": field.updateable,
                        "label": field.label,
                        "layoutComponents": [{"type": "Field", "value": field.name, "displayLines": 1}],
                        "placeholder": False,
                        "required": field.required,
                    }
                ],
            }
            for field in names
        ]
        section = {
            "heading": sobject.label,
            "columns": 1,
            "rows": len(rows),
            "useHeading": False,
            "layoutRows": rows,
        }
        return {"id": _layout_id(sobject), "detailLayoutSections": [section], "editLayoutSections": [section]}


def _layout_id(sobject: SObject) -> str:
    return to_18(f"00hHs0000000{sobject.prefix}")


def _urls(base: str, sobject: SObject) -> dict[str, str]:
    own = f"{base}/sobjects/{sobject.name}"
    return {
        "sobject": own,
        "describe": f"{own}/describe",
        "layouts": f"{own}/describe/layouts",
        "rowTemplate": f"{own}/{{ID}}",
    }


def _children(sobject: SObject) -> list[dict[str, Any]]:
    return [
        {
            "cascadeDelete": field.on_delete == "cascade",
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "relationshipName": field.children_name(child) or None,
        }
        for child, field in schema.children_of(sobject)
    ]


def _versions(_request: Request) -> Response:
    """Answer the supported versions, without a login."""
    versions = [
        {"label": _release(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(FIRST_VERSION, LAST_VERSION + 1)
    ]
    return Response.json(versions)


def _release(version: int) -> str:
    """Return the name of a release: ``Summer '25`` for 64. A year has three releases."""
    years, season = divmod(version - 1, 3)
    name = ("Summer", "Winter", "Spring")[season]
    return f"{name} '{years + 4 + (season > 0):02}"


def add_routes(api: Api, router: Router, describe: Describe) -> None:
    router.add("GET", "/services/data", _versions)
    api.add("GET", "", describe.resources)
    api.add("GET", "/limits", describe.limits)
    api.add("GET", "/sobjects", describe.all)
    api.add("GET", OBJECT, describe.basic)
    api.add("GET", OBJECT + "/describe", describe.one)
    api.add("GET", OBJECT + "/describe/layouts", describe.layouts)
    api.add("GET", OBJECT + r"/describe/layouts/(?P<record_type>\w{15,18})", describe.layout)
