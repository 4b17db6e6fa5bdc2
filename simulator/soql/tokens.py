"""Split a query into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from simulator.soql.errors import SoqlError

TokenKind = Literal["name", "string", "number", "date", "datetime", "symbol", "end"]

MAX_LENGTH = 100_000
"""The greatest length of a statement, in characters."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d(?!\w))
    | (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
    | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::\d+)?)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<symbol><=|>=|!=|<>|[=<>(),])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "_": "_", "%": "%"}
_ESCAPED = re.compile(r"\\(?:[uU]([0-9a-fA-F]{4})|(.))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    position: int

    @property
    def word(self) -> str:
        """Return a name in upper case, to compare it with keywords; an empty string for other tokens."""
        return self.text.upper() if self.kind == "name" else ""


def tokenize(soql: str) -> list[Token]:
    """Return the tokens; the last has the kind ``end``.

    Raises ``MALFORMED_QUERY`` for unknown syntax, and for a statement that is too long.
    """
    if len(soql) > MAX_LENGTH:
        raise SoqlError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_LENGTH} characters.")
    tokens: list[Token] = []
    position = 0
    while position < len(soql):
        match = _TOKEN.match(soql, position)
        if match is None:
            raise _unexpected(soql, position)
        if match.lastgroup != "space":
            tokens.append(Token(match.lastgroup, match.group(), position))  # type: ignore[arg-type]
        position = match.end()
    tokens.append(Token("end", "<EOF>", position))
    return tokens


def _unexpected(soql: str, position: int) -> SoqlError:
    if soql[position] == "'":
        message = "the string that begins here has no closing quotation mark"
        return SoqlError.at("MALFORMED_QUERY", message, soql, position)
    return SoqlError.at("MALFORMED_QUERY", f"unexpected token: '{soql[position]}'", soql, position)


def string_value(token: Token, soql: str) -> str:
    """Return the value of a quoted string, with its escapes resolved."""

    def resolve(match: re.Match[str]) -> str:
        return _resolve(match, token, soql)

    return _ESCAPED.sub(resolve, token.text[1:-1])


def like_pattern(token: Token, soql: str) -> str:
    r"""Return the pattern for LIKE. ``\%``, ``\_`` and ``\\`` keep their backslash."""

    def resolve(match: re.Match[str]) -> str:
        character = _resolve(match, token, soql)
        return f"\\{character}" if character in "%_\\" else character

    return _ESCAPED.sub(resolve, token.text[1:-1])


def _resolve(match: re.Match[str], token: Token, soql: str) -> str:
    code, letter = match.groups()
    if code:
        return chr(int(code, 16))
    resolved = _ESCAPES.get(letter) or _ESCAPES.get(letter.lower())
    if resolved is None:
        message = f"Illegal escape sequence in string: '\\{letter}'"
        raise SoqlError.at("MALFORMED_QUERY", message, soql, token.position + 1 + match.start())
    return resolved
