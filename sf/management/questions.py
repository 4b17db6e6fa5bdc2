"""Ask the person at the terminal to confirm."""

from __future__ import annotations

import sys


def agreed_on_terminal(question: str) -> bool:
    """Ask the question, and return whether the answer was yes. Ctrl-D and an empty line mean no."""
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        sys.stdout.write("\n")
        return False
