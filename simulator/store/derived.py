"""Derive the fields that Salesforce sets itself when other fields are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from simulator.schema import SObject
from simulator.schema.picklists import CASE_STATUSES, MEMBER_STATUSES, STAGES

Record = Mapping[str, Any]
Changes = dict[str, Any]


def derive(sobject: SObject, record: Record, changed: Mapping[str, Any], moment: str) -> Changes:
    """Return the derived changes for ``record``. The ``changed`` values are already in it."""
    rule = _RULES.get(sobject.name)
    return rule(record, changed, moment) if rule else {}


def _person(record: Record, changed: Record, _: str) -> Changes:
    if not {"FirstName", "LastName"} & changed.keys():
        return {}
    return {"Name": " ".join(part for part in (record.get("FirstName"), record.get("LastName")) if part)}


def _opportunity(record: Record, changed: Record, moment: str) -> Changes:
    changes: Changes = {}
    if "StageName" in changed:
        probability, closed, won = STAGES.get(record["StageName"], (0, False, False))
        changes |= {"IsClosed": int(closed), "IsWon": int(won)}
        changes |= {"LastStageChangeDate": moment, "LastStageChangeInDays": 0}
        if "Probability" not in changed:
            changes["Probability"] = float(probability)
    if "CloseDate" in changed:
        year, month = record["CloseDate"][:4], int(record["CloseDate"][5:7])
        changes |= {"FiscalYear": int(year), "Fiscal": f"{year} {(month + 2) // 3}"}
    return changes


def _case(record: Record, changed: Record, moment: str) -> Changes:
    if "Status" not in changed:
        return {}
    closed = CASE_STATUSES.get(record["Status"], False)
    return {"IsClosed": int(closed), "ClosedDate": moment if closed else None}


def _member(record: Record, changed: Record, moment: str) -> Changes:
    if "Status" not in changed:
        return {}
    responded = MEMBER_STATUSES.get(record["Status"] or "", False)
    first = record.get("FirstRespondedDate") or moment[:10]
    return {"HasResponded": int(responded), "FirstRespondedDate": first if responded else None}


_RULES: dict[str, Callable[[Record, Record, str], Changes]] = {
    "Contact": _person,
    "Lead": _person,
    "Opportunity": _opportunity,
    "Case": _case,
    "CampaignMember": _member,
}
