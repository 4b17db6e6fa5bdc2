"""What happens when a process is asked to end."""

from __future__ import annotations

import signal
import sys
import threading


def end_in_order_on_sigterm() -> None:
    """SIGTERM ends the process as ``sys.exit`` does, so that what runs at exit is run: the audit log's last rows are
    written. Without it Python dies on the spot. A handler that somebody else has set stays (gunicorn has its own).
    """
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
