from __future__ import annotations


class NotDelivered(Exception):
    """A channel did not accept the message.

    The text names the channel and the reason, without the secret address.
    """
