"""Sort the models of the admin into five groups.

Three groups stand for kinds of work, two for the cached data of Pardot and Salesforce.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

OPERATE, ACCESS, WORK = "Operate", "Access", "Pardot work"
PARDOT, SALESFORCE = "Pardot cache", "Salesforce cache"

GROUPS: Mapping[str, Sequence[str]] = {
    OPERATE: [
        "SyncRun", "OperatorAction", "SyncConfig", "RefusedRecord", "UnreadableField", "FollowedObject", "OutboundCase",
        "FormSubmission", "CircuitBreaker", "SFAPIUsageLog", "PardotQuota", "EntityState", "RequestLog",
        "FieldChangeLog",
    ],
    ACCESS: ["User", "Group", "SuperUser", "APIKey"],
    WORK: [
        "TeamMember", "Task", "Exemption", "DayNote", "SavedView", "ViewSubscription", "ConfiguredValue",
        "ConfigurationChange", "Alert", "DigestDelivery", "DailySnapshot", "AuditSummary", "Finding", "OrphanRun",
        "OrphanRecord",
    ],
    PARDOT: [],
    SALESFORCE: [],
}  # fmt: skip
"""The models of each group in display order.
A model that is not listed is in the group of its app in ``_OF_APP``, otherwise in ``OPERATE``."""

_OF_APP: Mapping[str, str] = {"pardot": PARDOT, "sf": SALESFORCE, "auth": ACCESS}


def group_models(app_list: Sequence[Mapping[str, Any]], index_url: str) -> list[dict[str, Any]]:
    """Return the admin's list of apps as groups, without empty groups."""
    models_of: dict[str, list[Any]] = {group: [] for group in GROUPS}
    for app in app_list:
        for model in app["models"]:
            models_of[group_of(model["object_name"], app["app_label"])].append(model)
    return [
        {"name": group, "app_label": _make_slug(group), "app_url": f"{index_url}#{_make_slug(group)}", "models": models}
        for group, models in ((group, _sort_models(group, models)) for group, models in models_of.items())
        if models
    ]


def group_of(model: str, app_label: str) -> str:
    listed_in = next((group for group, names in GROUPS.items() if model in names), None)
    return listed_in or _OF_APP.get(app_label, OPERATE)


def _sort_models(group: str, models: Sequence[Any]) -> list[Any]:
    order = list(GROUPS[group])
    return sorted(models, key=lambda model: (_find_place(order, model["object_name"]), model["name"]))


def _find_place(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def _make_slug(group: str) -> str:
    return group.lower().replace(" ", "-")
