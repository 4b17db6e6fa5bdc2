"""How a sync can end other than done."""


class SyncError(Exception):
    """The run failed; the message says what, where and what to do."""


class SyncPaused(Exception):
    """The run stopped on purpose; what it staged is kept and the next run goes on with it."""


class SyncSkipped(Exception):
    """The run did not begin, on purpose."""
