"""Audit tags: each should be used, and begin with a shared prefix and a separator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pardot.audits.asset_audit import AssetAudit, Figure, Flag
from pardot.audits.inputs import AuditInputs
from pardot.audits.tag_figures import load_naming_patterns, load_object_type_coverage
from pardot.domain.areas import Area
from pardot.domain.object_types import IS_PROSPECT
from pardot.models import Tag, TaggedObject

_NEEDS = ("tagged_objects",)
# The larger of two counts: Pardot's may be a day old, and ours lacks the tagged objects that Pardot withholds.
_USAGE = "greatest(coalesce(a.object_count, 0), coalesce(used.objects, 0))"

_JOINS = f"""
    LEFT JOIN (
        SELECT tag_id, count(*) AS objects, count(*) FILTER (WHERE {IS_PROSPECT}) AS prospects
        FROM pardot_taggedobject GROUP BY tag_id
    ) used ON used.tag_id = a.id
    LEFT JOIN LATERAL (
        SELECT btrim(parts[1]) AS prefix FROM regexp_match(a.name, '^([^-:_|/]+)[-:_|/]') AS parts
    ) named ON true
    LEFT JOIN (
        SELECT lower(btrim(parts[1])) AS prefix, count(*) AS tags, count(DISTINCT parts[2]) AS separators
        FROM pardot_tag, regexp_match(name, '^([^-:_|/]+)([-:_|/])') AS parts
        GROUP BY 1
    ) pattern ON pattern.prefix = lower(named.prefix) AND pattern.prefix <> ''
"""  # noqa: S608 - our own words


class TagAudit(AssetAudit):
    """The audit of tags, with figures about naming patterns and tagged objects."""

    def compute_figures(self, counted: Sequence[Any], inputs: AuditInputs) -> dict[str, Any]:
        figures = super().compute_figures(counted, inputs)
        figures["naming_patterns"] = load_naming_patterns() if inputs.has(self.entity) else None
        figures["object_type_coverage"] = load_object_type_coverage(inputs) if inputs.has(*_NEEDS) else None
        figures["tagged_objects"] = TaggedObject.objects.count() if inputs.has(*_NEEDS) else None
        return figures


AUDIT = TagAudit(
    area=Area.TAGS,
    model=Tag,
    flags=(
        Flag("unused", f"{_USAGE} = 0", needs=_NEEDS),
        Flag("low_usage", f"{_USAGE} = 1", needs=_NEEDS),
        Flag("duplicate_prefix", "pattern.separators > 1"),
        Flag("prospect_only", "used.objects > 0 AND used.objects = used.prospects", needs=_NEEDS),
        Flag("no_naming_convention", "coalesce(pattern.tags, 0) < 2"),
    ),
    figures=(
        Figure("usage", _USAGE, needs=_NEEDS),
        Figure("prefix", "coalesce(named.prefix, '')"),
    ),
    joins=_JOINS,
    summary={
        "with_prefix": "count(*) FILTER (WHERE a.prefix <> '')",
        "prefixes": "count(DISTINCT lower(a.prefix)) FILTER (WHERE a.prefix <> '')",
    },
)
