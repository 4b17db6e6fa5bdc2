from __future__ import annotations


class NotDelivered(Exception):
    """A channel did not take the message; says which and why, without its secret address."""
