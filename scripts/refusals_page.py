"""Write the tables of ``docs/refusals.md`` from the code: ``python -m scripts.refusals_page``.

A test compares the tables with the code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pardot.platform.errors import CODES as PARDOT_CODES
from sf.salesforce.refusals import REFUSALS, Group

PAGE = Path(__file__).resolve().parent.parent / "docs" / "refusals.md"
_SHORT = {
    "Ask the Salesforce administrator to ": "Administrator: ",
    "the rights that docs/operations.md lists": "[the rights](operations.md#what-the-api-user-needs)",
}
"""Parts of remedies, and their short forms, which the page explains."""
BEGIN, END = "<!-- from the code: {} -->", "<!-- end of {} -->"


def build_tables() -> Mapping[str, str]:
    """Return the tables by the names in the page's comments."""
    by_group = {group: "\n".join(_format_salesforce_rows(group)) for group in Group if group is not Group.UNKNOWN}
    return {
        **{f"salesforce {group}": rows for group, rows in by_group.items()},
        "pardot": "\n".join(_format_pardot_rows()),
    }


def _format_salesforce_rows(group: Group) -> Iterator[str]:
    """Yield the table of a group; codes with the same meaning and remedy share a row.

    All refusals in ``Group.MOMENT`` have the same remedy, which the page gives above this table.
    """
    with_remedies = group is not Group.MOMENT
    yield from (
        ("| code | meaning | what to do |", "|---|---|---|") if with_remedies else ("| code | meaning |", "|---|---|")
    )
    rows: dict[tuple[str, str], list[str]] = {}
    for code, refusal in REFUSALS.items():
        if refusal.group is group:
            rows.setdefault((refusal.meaning, refusal.remedy), []).append(f"`{code}`" + (" ¹" if refusal.wraps else ""))
    for (meaning, remedy), codes in rows.items():
        yield f"| {', '.join(codes)} | {meaning} |" + (f" {_shorten(remedy)} |" if with_remedies else "")


def _shorten(remedy: str) -> str:
    """Return the remedy with its short forms."""
    for part, short in _SHORT.items():
        remedy = remedy.replace(part, short)
    return remedy


def _format_pardot_rows() -> Iterator[str]:
    yield from ("| code | whose fault | what to do |", "|---|---|---|")
    for code, known in sorted(PARDOT_CODES.items()):
        yield f"| {code} | {known.group} | {known.advice} |"


def with_tables(page: str) -> str:
    """Return the page with its tables written again from the code."""
    for name, table in build_tables().items():
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text()))
