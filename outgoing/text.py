"""Make text from strangers harmless for its destination: a line of a report or log, or Slack.

Strangers choose names and titles in Salesforce and Pardot, and error messages quote them. Each destination has its own
function.
"""

from __future__ import annotations

import re

_UNSEEN = (
    r"\x00-\x1f\x7f-\x9f"  # control characters: line breaks, escape sequences of terminals
    r"\u2028\u2029"  # line breaks in some programs
    r"\u202a-\u202e\u2066-\u2069"  # marks that change the direction of the text after them
)
_BREAKS = re.compile(rf"[\s{_UNSEEN}]*[{_UNSEEN}][\s{_UNSEEN}]*")
_CONTROL = re.compile(rf"[{_UNSEEN}]")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_ZERO_WIDTH_SPACE = "\u200b"
_MENTION = re.compile(r"@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)


def is_unicode(text: str) -> bool:
    """Return whether the text can be sent and stored.

    Python turns bytes of the environment or a command line that are not UTF-8 into unpaired surrogates.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def to_one_line(text: str) -> str:
    """Return the text with a space for each run of line breaks, control characters and direction marks."""
    return _BREAKS.sub(" ", text).strip()


def make_storable(text: str) -> str:
    """Return the text in one line and without unpaired surrogates, so that PostgreSQL can store it."""
    return to_one_line(text).encode(errors="replace").decode()


def with_visible_controls(text: str) -> str:
    r"""Return the text in one line, with ``\n`` written out, because a log must show the original text."""
    return _CONTROL.sub(_write_out, text)


def _write_out(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}"


def escape_for_slack(text: str) -> str:
    """Escape the text for Slack.

    The escaped text mentions no user, and makes no link that shows other words than its address. Inside a code block,
    the escaped text cannot end the block.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub("`(?=`)", f"`{_ZERO_WIDTH_SPACE}", text)
    return _MENTION.sub(f"@{_ZERO_WIDTH_SPACE}", text)
