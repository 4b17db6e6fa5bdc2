"""Columns that are copies of Salesforce fields: the only map from columns to Salesforce's names.

``name = Text("Name")`` is the whole declaration. The SOQL select list, the decoding of CSV and JSON, the
staging table and the merge statement are derived from it (``sf/sync/objects.py``). Migrations see plain Django
fields: the Salesforce name is not part of the schema.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

_IN_WORDS = {
    "id": "ID", "id2": "ID 2", "uuid": "UUID", "url": "URL", "lms": "LMS", "ipeds": "IPEDS", "nces": "NCES",
    "json": "JSON", "salesforce": "Salesforce", "accounts": "Accounts", "sheer": "Sheer",
}  # fmt: skip
"""The parts of column names that labels write differently."""


def label_of_column(name: str) -> str:
    """Return a column's name for headings and filters, such as ``NCES ID`` for ``nces_id``."""
    words = name.removeprefix("is_").removeprefix("has_").split("_")
    return " ".join(_IN_WORDS.get(word, word) for word in words)


class SalesforceField(models.Field):
    """The base of all copied columns except ``Reference``. A column may be empty, as in Salesforce."""

    salesforce_name: str
    plain_field: ClassVar[type[models.Field]]

    def __init__(self, salesforce_name: str = "", **options: Any) -> None:
        self.salesforce_name = salesforce_name
        options.setdefault("null", True)
        options.setdefault("blank", True)
        super().__init__(**options)

    def set_attributes_from_name(self, name: str) -> None:
        """Derive the label from the column's name, unless the declaration gives a label.

        Migrations do not contain the derived label.
        """
        is_named = self.verbose_name is not None
        super().set_attributes_from_name(name)
        if not is_named:
            self.verbose_name = label_of_column(name)

    def deconstruct(self) -> Any:
        name, _, arguments, options = super().deconstruct()
        return name, f"django.db.models.{self.plain_field.__name__}", arguments, options

    def clone(self) -> Any:
        """Return the plain field, for migrations.

        ``deconstruct`` omits options with Django's default, such as ``null=False``. Django's own ``clone`` would make a
        field of this class, which sets ``null=True`` where the option is omitted.
        """
        _, _, arguments, options = self.deconstruct()
        return self.plain_field(*arguments, **options)


class Text(SalesforceField, models.TextField):
    """Text of any length: a column is never shorter than Salesforce's."""

    plain_field = models.TextField


class LongText(Text):
    """A long text area of up to 131,072 characters.

    By REST, syncs read objects with such a field in smaller pages.
    """


class Uuid(Text):
    """A UUID as lower-case text, as Accounts writes it.

    Salesforce stores any case, and ignores case when it compares.
    """

    def to_python(self, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


class Boolean(SalesforceField, models.BooleanField):
    plain_field = models.BooleanField


class Integer(SalesforceField, models.BigIntegerField):
    """A number field without decimal places; Salesforce may send ``3.0``."""

    plain_field = models.BigIntegerField


class Number(SalesforceField, models.FloatField):
    """A number or percent field: Salesforce keeps doubles."""

    plain_field = models.FloatField


class Currency(SalesforceField, models.DecimalField):
    """A currency field, 18 digits with 2 decimal places."""

    plain_field = models.DecimalField

    def __init__(self, salesforce_name: str = "", **options: Any) -> None:
        super().__init__(salesforce_name, **({"max_digits": 18, "decimal_places": 2} | options))


class Date(SalesforceField, models.DateField):
    plain_field = models.DateField


class DateTime(SalesforceField, models.DateTimeField):
    plain_field = models.DateTimeField


class Identifier(SalesforceField, models.CharField):
    """An 18-character Salesforce id: case matters, so it sorts and compares by bytes."""

    plain_field = models.CharField

    def __init__(self, salesforce_name: str = "", **options: Any) -> None:
        super().__init__(salesforce_name, **({"max_length": 18, "db_collation": "C"} | options))


class _ParentDescriptor(ForwardManyToOneDescriptor):
    """Returns ``None`` for a parent that is deleted or not cached."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        try:
            parent: Any = super().__get__(instance, cls)
        except self.field.remote_field.model.DoesNotExist:
            return None
        return None if parent is None or parent.is_deleted else parent


class Reference(models.ForeignKey):
    """A lookup to another cached object, without a constraint: the parent need not be cached."""

    forward_related_accessor_class = _ParentDescriptor

    def __init__(self, salesforce_name: str = "", to: Any = None, **options: Any) -> None:
        self.salesforce_name = salesforce_name
        defaults: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "null": True, "blank": True}
        super().__init__(to, **(defaults | options))

    def deconstruct(self) -> Any:
        name, _, arguments, options = super().deconstruct()
        return name, "django.db.models.ForeignKey", arguments, options

    def get_internal_type(self) -> str:
        return "ForeignKey"

    def clone(self) -> Any:
        _, _, arguments, options = self.deconstruct()
        return models.ForeignKey(*arguments, **options)


CopiedField = SalesforceField | Reference
