"""Handle the signal that asks a process to end."""

from __future__ import annotations

import signal
import sys
import threading


def end_in_order_on_sigterm() -> None:
    """End the process on SIGTERM in the same way as ``sys.exit``, so that exit handlers run.

    Exit handlers write the last rows of the audit log. By default, Python ends at once on SIGTERM. A signal handler
    that is already set stays (gunicorn has its own).
    """
    if threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
