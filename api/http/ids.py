"""Check the Salesforce ids that callers send: 15 or 18 characters."""

from __future__ import annotations

from api.http.errors import Unprocessable
from sf.salesforce.ids import id_of_18

NOT_AN_ID = "Not a Salesforce id of 15 or 18 characters"


def require_id(text: str, *, place: str = "path", name: str) -> str:
    """Return the 18-character form of an id. Raises ``Unprocessable`` when ``text`` is not an id."""
    whole = id_of_18(text)
    if whole is None:
        raise Unprocessable(f"{NOT_AN_ID}.", errors=[{"loc": [place, name], "message": NOT_AN_ID}])
    return whole
