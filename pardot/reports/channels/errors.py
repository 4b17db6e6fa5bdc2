from __future__ import annotations


class NotDelivered(Exception):
    """A channel did not accept the message.

    The error names the channel and the reason, but not the URL of Slack's webhook, which is a secret.
    """
