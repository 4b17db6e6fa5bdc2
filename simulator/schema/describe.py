"""The schema in the form of Salesforce's describe calls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from simulator.schema.types import NUMBER_TYPES, TEXT_TYPES, Field, SObject

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
}


def describe_global(sobject: SObject) -> dict[str, Any]:
    """Return the sObject's entry in the list of all sObjects, without ``urls``."""
    return {
        "activateable": False,
        "createable": sobject.writable,
        "custom": sobject.custom,
        "customSetting": False,
        "deletable": sobject.writable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "keyPrefix": sobject.prefix,
        "label": sobject.label,
        "labelPlural": sobject.plural,
        "layoutable": sobject.writable,
        "mergeable": sobject.mergeable,
        "mruEnabled": sobject.writable,
        "name": sobject.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": sobject.writable,
        "triggerable": sobject.writable,
        "undeletable": sobject.writable,
        "updateable": sobject.writable,
    }


def describe(sobject: SObject, hidden: Collection[str] = ()) -> dict[str, Any]:
    """Return the description, without the fields in ``hidden``.

    It has no ``urls``, and ``childRelationships`` is empty; a caller that needs them adds them.
    """
    return {
        **describe_global(sobject),
        "actionOverrides": [],
        "childRelationships": [],
        "fields": [describe_field(field) for field in sobject.fields if field.name not in hidden],
        "namedLayoutInfos": [],
        "recordTypeInfos": [],
        "supportedScopes": [{"label": f"All {sobject.plural.lower()}", "name": "everything"}],
    }


def describe_field(field: Field) -> dict[str, Any]:
    """Describe one field, with the keys that clients use."""
    number = field.type in NUMBER_TYPES
    return {
        "aggregatable": field.aggregatable,
        "autoNumber": bool(field.auto_number),
        "byteLength": field.length * 3 if field.type in TEXT_TYPES else field.length,
        "calculated": field.formula,
        "caseSensitive": False,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultedOnCreate": field.default is not None,
        "deprecatedAndHidden": False,
        "digits": 9 if field.type == "int" else 0,
        "externalId": field.external_id,
        "filterable": field.filterable,
        "groupable": field.groupable,
        "idLookup": field.external_id or field.type == "id",
        "inlineHelpText": None,
        "label": field.label,
        "length": field.length,
        "name": field.name,
        "nameField": field.name in {"Name", "CaseNumber"},
        "nillable": field.nillable,
        "picklistValues": [
            {"active": True, "defaultValue": value == field.default, "label": value, "value": value}
            for value in field.values
        ]
        + [{"active": False, "defaultValue": False, "label": value, "value": value} for value in field.former_values],
        "precision": 0 if field.type == "int" or not number else field.precision,
        "referenceTo": [field.reference_to] if field.reference_to else [],
        "relationshipName": field.relationship or None,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable,
    }
