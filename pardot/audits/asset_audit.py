"""Audit the assets of one area with one SQL UPDATE: each flag is a condition on an asset.

The UPDATE stores flags and figures in the asset's own row, and writes only rows that change. Pages filter assets by
their flags. The number of assets with each flag is in ``AuditSummary``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from pardot.audits.inputs import AuditInputs
from pardot.domain.areas import Area
from pardot.models import AssetKind, AuditSummary
from pardot.models.audited import Audited
from sf.ingest.lock import lock_table_for_write

# A campaign that PostgreSQL cannot store is set aside. It has no row here, but it exists in Pardot.
CAMPAIGN_KNOWN = """(
    EXISTS (SELECT 1 FROM pardot_campaign known WHERE known.id = a.campaign_id)
    OR EXISTS (SELECT 1 FROM sf_refusedrecord r WHERE r.object = 'campaigns' AND r.record_id = a.campaign_id::text)
)"""
NO_CAMPAIGN = "coalesce(a.campaign_id, 0) = 0"
ORPHAN = f"NOT ({NO_CAMPAIGN}) AND NOT {CAMPAIGN_KNOWN}"
"""Conditions on an asset ``a`` that several audits share."""


def build_blank_condition(column: str) -> str:
    """Return the SQL condition that the text is null, empty, or only white space."""
    return f"coalesce({column}, '') !~ '[^[:space:]]'"


@dataclass(frozen=True)
class Flag:
    """A named condition on assets, usually a fault.

    The audit stores the name with each asset that meets the condition.
    """

    name: str
    condition: str
    """SQL over ``a`` (the asset) and the audit's joins; null counts as false."""
    needs: tuple[str, ...] = ()
    """The entities that must have been read completely, in addition to the area's own entity."""
    needs_activity: bool = False

    def has_data(self, inputs: AuditInputs) -> bool:
        return inputs.has(*self.needs) and (not self.needs_activity or inputs.look_back is not None)


@dataclass(frozen=True)
class Figure:
    """A column of the asset that the audit fills."""

    column: str
    value: str
    """SQL over ``a`` (the asset) and the audit's joins."""
    needs: tuple[str, ...] = ()
    needs_activity: bool = False
    without_data: str = "NULL::bigint"

    def has_data(self, inputs: AuditInputs) -> bool:
        return inputs.has(*self.needs) and (not self.needs_activity or inputs.look_back is not None)


@dataclass(frozen=True)
class AssetAudit:
    """The audit of one area of assets."""

    area: Area
    model: type[Audited]
    flags: tuple[Flag, ...]
    figures: tuple[Figure, ...] = ()
    joins: str = ""
    summary: Mapping[str, str] = field(default_factory=dict)
    """SQL aggregates over the assets ``a``, by the name of the figure in ``AuditSummary.figures``."""
    summary_needs: tuple[str, ...] = ()

    @property
    def entity(self) -> str:
        return self.area.value

    def run(self, inputs: AuditInputs) -> None:
        """Update flags, figures and the summary; call this in a transaction."""
        lock_table_for_write(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(self._update(inputs), inputs.parameters)
            cursor.execute(self._count())
            items, *counted = cursor.fetchone()
        counts = dict(zip((flag.name for flag in self.flags), counted, strict=False))
        known = self.select_flags_with_data(inputs)
        AuditSummary.objects.update_or_create(
            area=self.area,
            defaults={
                "audited_at": inputs.now,
                "is_complete": inputs.has(self.entity),
                "items": items,
                "counts": {name: count if name in known else None for name, count in counts.items()},
                "activity_until": inputs.look_back.until if inputs.look_back else None,
                "figures": self.compute_figures(counted[len(self.flags) :], inputs),
            },
        )

    def compute_figures(self, counted: Sequence[Any], inputs: AuditInputs) -> dict[str, Any]:
        """Return ``AuditSummary.figures`` from the results of the ``summary`` aggregates. ``None``: no data."""
        has_data = inputs.has(self.entity, *self.summary_needs)
        return {name: value if has_data else None for name, value in zip(self.summary, counted, strict=True)}

    def select_flags_with_data(self, inputs: AuditInputs) -> frozenset[str]:
        """Return the names of the flags that can be evaluated now. The other flags have "no data"."""
        if not inputs.has(self.entity):
            return frozenset()
        return frozenset(flag.name for flag in self.flags if flag.has_data(inputs))

    def build_flags_query(self, inputs: AuditInputs) -> str:
        """Return SQL for the ``id`` of each asset and the ``flags`` that an audit would set.

        The parameters of the SQL are ``inputs.parameters``.
        """
        table = self.model._meta.db_table
        return f"SELECT a.id, {self._build_flags_sql(inputs)} AS flags FROM {table} a {self.joins}"  # noqa: S608 - our own declarations

    def _build_flags_sql(self, inputs: AuditInputs) -> str:
        known = self.select_flags_with_data(inputs)
        conditions = ", ".join(
            f"CASE WHEN {flag.condition} THEN '{flag.name}' END" for flag in self.flags if flag.name in known
        )
        return f"array_remove(ARRAY[{conditions}]::text[], NULL)"

    def _update(self, inputs: AuditInputs) -> str:
        values = {"flags": self._build_flags_sql(inputs)}
        for figure in self.figures:
            values[figure.column] = figure.value if figure.has_data(inputs) else figure.without_data
        selected = ", ".join(f"{value} AS {column}" for column, value in values.items())
        table, columns = self.model._meta.db_table, list(values)
        return f"""
            UPDATE {table} t SET {", ".join(f"{column} = n.{column}" for column in columns)}
            FROM (SELECT a.id, {selected} FROM {table} a {self.joins}) n
            WHERE t.id = n.id
              AND ({", ".join(f"t.{column}" for column in columns)})
                  IS DISTINCT FROM ({", ".join(f"n.{column}" for column in columns)})
        """  # noqa: S608 - our own declarations

    def _count(self) -> str:
        flags = [f"count(*) FILTER (WHERE a.flags @> ARRAY['{flag.name}'])" for flag in self.flags]
        counted = ", ".join(["count(*)", *flags, *self.summary.values()])
        return f"SELECT {counted} FROM {self.model._meta.db_table} a"  # noqa: S608 - our own declarations


def build_activity_join(kind: AssetKind, column: str) -> str:
    """Return a join with the counts of an asset's activities: ``activity.total`` and ``activity.of_type``.

    The counts of whole days come from the roll-up. Single activities are counted only on the first and last day of the
    look-back.
    """
    return f"""
        LEFT JOIN (
            SELECT asset_id, sum(count) AS total, jsonb_object_agg(type, count) AS of_type
            FROM (
                SELECT asset_id, type, sum(count) AS count
                FROM (
                    SELECT asset_id, type, count FROM pardot_assetactivityday
                    WHERE asset_kind = '{kind.value}' AND day >= %(first_whole_day)s AND day < %(day_after_whole_ones)s
                    UNION ALL
                    SELECT {column}, type, 1 FROM pardot_visitoractivity
                    WHERE created_at > %(since)s AND created_at < %(first_midnight)s AND {column} IS NOT NULL
                      AND type IS NOT NULL
                    UNION ALL
                    SELECT {column}, type, 1 FROM pardot_visitoractivity
                    WHERE created_at >= %(last_midnight)s AND created_at <= %(until)s AND {column} IS NOT NULL
                      AND type IS NOT NULL
                ) counted GROUP BY asset_id, type
            ) typed GROUP BY asset_id
        ) activity ON activity.asset_id = a.id
    """  # noqa: S608 - our own declarations


def activities_of(*types: int) -> str:
    """Return SQL for the number of the asset's activities of these types.

    The SQL needs ``build_activity_join``.
    """
    return "(" + " + ".join(f"coalesce((activity.of_type ->> '{kind:d}')::bigint, 0)" for kind in types) + ")"


_LINKED_CAMPAIGN = f"c.id = a.campaign_id AND NOT {build_blank_condition('c.salesforce_id')}"
CHAIN: Mapping[str, str] = {
    "in_campaign": f"count(*) FILTER (WHERE {CAMPAIGN_KNOWN})",
    "in_sf_campaign": f"count(*) FILTER (WHERE EXISTS (SELECT 1 FROM pardot_campaign c WHERE {_LINKED_CAMPAIGN}))",  # noqa: S608 - our own declarations
    "orphaned": f"count(*) FILTER (WHERE {ORPHAN})",
    "no_campaign": f"count(*) FILTER (WHERE {NO_CAMPAIGN})",
}
"""SQL aggregates: assets whose campaign exists, is linked to Salesforce, was deleted, or is not set.

The aggregates need the entities in ``CHAIN_NEEDS``.
"""
CHAIN_NEEDS = ("campaigns",)
