from __future__ import annotations


class NotDelivered(Exception):
    """A channel did not accept the message, which says which channel and why, without its secret address."""
