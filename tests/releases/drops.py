"""Read the documented list of what the next release drops from the database."""

from __future__ import annotations

import re
from pathlib import Path

from tests.simulated import ROOT

_LIST = Path("docs", "decisions", "expand-and-contract.md")
_LISTED = re.compile(r"^\| (column|table|function) `([\w.]+)` \|", re.MULTILINE)


def documented_drops(checkout: Path = ROOT) -> set[str]:
    """Return what the release after the checkout's release drops, such as ``column sf_account.search_name``.

    The set is empty for 0.1.0, which has no list.
    """
    path = checkout / _LIST
    return {" ".join(line) for line in _LISTED.findall(path.read_text())} if path.exists() else set()
