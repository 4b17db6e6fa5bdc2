"""Base classes for the admin pages of tables that only programs write.

The lists load fast even if a table has millions of rows.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property

from pardot.audits.run import ASSET_AUDITS
from sf.admin import ReadOnlyAdmin

COUNTED = 10_000
"""The largest number of rows that are counted and shown in pages: counting millions takes too long."""


class BoundedPaginator(Paginator):
    """A paginator that stops counting at ``at_most`` rows."""

    object_list: QuerySet[Any]
    at_most = COUNTED

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: self.at_most].count()


class ProgramsOnlyAdmin(ReadOnlyAdmin):
    """A read-only table: only programs write its rows. Lists count and show at most ``COUNTED`` rows."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [str(name) for name in self.get_fields(request, obj)]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return all fields of the model except generated fields, which only repeat other fields."""
        return [field.name for field in self.model._meta.fields if not field.generated]


class ByNumberAdmin(ProgramsOnlyAdmin):
    """A table of any size. A search for a number finds the rows that have it in ``number_columns``."""

    ordering = ["-pk"]
    search_fields = ["pk"]
    number_columns: tuple[str, ...] = ("pk",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        number = as_id(term)
        if number is None:
            return queryset.none(), False
        matches = queryset.none()
        for column in self.number_columns:
            matches |= queryset.filter(**{column: number})
        return matches, False


def build_drawer_address(asset_type: str, asset: int) -> str:
    """Return the address of an asset's drawer on the dashboard."""
    return f"{reverse('pardot:dashboard')}?open=asset&asset.type={asset_type}&asset.id={asset}"


def as_id(term: str) -> int | None:
    """Return the typed text as a number, or ``None`` if it cannot be an id."""
    return int(term) if term.isascii() and term.isdigit() and len(term) <= 18 else None


class FlagFilter(admin.SimpleListFilter):
    """A filter by one of the audit's flags."""

    title = "flag"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        audit = next(audit for audit in ASSET_AUDITS if audit.model is model_admin.model)
        return [(flag.name, flag.name.replace("_", " ")) for flag in audit.flags]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(flags__contains=[self.value()]) if self.value() else queryset
