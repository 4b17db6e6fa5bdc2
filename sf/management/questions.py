"""Ask the person at the terminal to confirm."""

from __future__ import annotations

import sys

from django.core.management.base import CommandError


def ask_on_terminal(question: str) -> bool:
    """Ask the question, and return whether the answer was y or yes.

    Any other answer, or Ctrl-D, means no.
    """
    try:
        return input(question).strip().lower() in {"y", "yes"}
    except EOFError:
        sys.stdout.write("\n")
        return False


def confirm_on_terminal(question: str) -> bool:
    """Show the question, and return whether the person agrees.

    Raises ``CommandError`` without a terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandError(f"{question} Nothing was changed: repeat the command with --yes to go ahead")
    return ask_on_terminal(f"{question}\nGo ahead? [yes/no] ")
