"""Questions to the person at the terminal."""

from __future__ import annotations

import sys


def agreed_on_terminal(question: str) -> bool:
    """Return whether the answer is yes. Ctrl-D and an empty line are a no."""
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        sys.stdout.write("\n")
        return False
