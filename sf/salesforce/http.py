"""Send one HTTP call, or retry it: timeouts, counting, backoff under a deadline.

Every HTTP call to Salesforce uses this module. In ``sf``, only the modules of this folder import ``requests``.
"""

from __future__ import annotations

import io
import logging
import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar, cast

import requests
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, ReadTimeoutError

from outgoing.failures import never_arrived, unwrap_error
from outgoing.sessions import OutgoingSession, find_authorities_problem, limit_next_read
from sf.salesforce.errors import SalesforceError, TransientError
from sf.salesforce.userinfo import without_userinfo

logger = logging.getLogger(__name__)

_PIECE_BYTES = 1 << 16

Result = TypeVar("Result")


class HostGone(TransientError):
    """No connection can be made, or the host only redirects.

    Nothing was done; a new login may name another host.
    """


class CallCounter(Protocol):
    """Counts every HTTP call before it is sent: the call counts even if the process is killed during it."""

    def sent(self) -> None: ...

    def never_arrived(self) -> None:
        """Take back the last count: the call was not sent, because no connection could be made."""


class NoCounter:
    """A counter for calls that need no count."""

    def sent(self) -> None:
        pass

    def never_arrived(self) -> None:
        pass


@dataclass(frozen=True)
class Patience:
    """The limits of a call's duration and retries. All values are in seconds."""

    deadline: float = 120.0
    """The time from the start of the first attempt during which a retry may begin."""
    first_pause: float = 0.5
    longest_pause: float = 30.0
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    until: float = math.inf
    """The ``time.monotonic()`` by which logins and calls must have ended, with the last byte read."""

    @classmethod
    def for_seconds(cls, seconds: float) -> Self:
        """Return limits without retries: all logins and calls end within this many seconds from now."""
        return cls(deadline=0, until=time.monotonic() + seconds)

    @property
    def has_end(self) -> bool:
        return not math.isinf(self.until)

    @property
    def left(self) -> float:
        """Return the seconds until ``until``. Raises ``TransientError`` when the time is up."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TransientError("Salesforce took too long to answer")
        return left

    def timeout(self) -> Timeout:
        """Return the timeout of the next call. Raises ``TransientError`` when the time is up."""
        left = self.left
        total = left if self.has_end else None
        return Timeout(total=total, connect=self.connect_timeout, read=self.read_timeout)

    def pause(self, attempt: int) -> float:
        """Return the pause before a retry: exponential, times a random factor from 0.5 to 1.

        ``attempt`` counts from 0.
        """
        whole = min(self.first_pause * 2.0**attempt, self.longest_pause)
        return whole * random.uniform(0.5, 1.0)  # noqa: S311 - jitter needs no secrecy


def retrying(action: Callable[[], Result], patience: Patience) -> Result:
    """Call ``action`` again on ``TransientError`` until it works or the deadline would pass."""
    began = time.monotonic()
    attempt = 0
    while True:
        try:
            return action()
        except TransientError as error:
            pause = max(patience.pause(attempt), error.retry_after)
            if error.exhausted or time.monotonic() - began + pause > patience.deadline:
                error.exhausted = True
                raise
            attempt += 1
            logger.info("trying again in %.1f s (attempt %d): %s", pause, attempt + 1, error)
            time.sleep(pause)


@dataclass
class Transport:
    """Sends single requests. Safe for many threads: each thread has its own session."""

    proxy: str = field(default="", repr=False)  # may contain a password
    counter: CallCounter = field(default_factory=NoCounter)
    patience: Patience = field(default_factory=Patience)
    _local: threading.local = field(default_factory=threading.local, repr=False)

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: bytes | Mapping[str, str] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """Make one attempt, and return the answer, whatever its status.

        Raises ``TransientError`` when no answer comes, or a plain ``SalesforceError`` when the host's
        certificate is not trusted or the certificate authorities cannot be read.
        """
        timeout = self.patience.timeout()
        self.counter.sent()
        # A timeout applies to each piece of the body on its own, so a slow trickle could last forever.
        by_pieces = self.patience.has_end and not stream
        try:
            answer = self._get_session().request(
                method,
                url,
                headers=dict(headers or {}),
                params=params,
                data=data,
                stream=stream or by_pieces,
                timeout=cast(Any, timeout),  # requests accepts a urllib3 Timeout; its type stubs do not
                proxies={"https": self.proxy, "http": self.proxy} if self.proxy else None,
            )
            if by_pieces:
                _read_whole(answer, self.patience)
        except requests.RequestException as error:
            failure = _make_error_of_no_answer(error, url)
            failure.unanswered = not never_arrived(error)
            if not failure.unanswered:
                self.counter.never_arrived()
            raise failure from error
        return answer

    def _get_session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = OutgoingSession()
        session: OutgoingSession = self._local.session
        return session


def _read_whole(answer: requests.Response, patience: Patience) -> None:
    """Read the body before the time is up. Raises ``requests.RequestException`` when that fails."""
    body = io.BytesIO()
    try:
        while True:
            limit_next_read(answer, patience.left)
            piece = answer.raw.read1(_PIECE_BYTES, decode_content=True)
            if not piece:
                break
            body.write(piece)
            _ = patience.left
    except (TransientError, ReadTimeoutError) as error:
        answer.close()
        raise requests.ReadTimeout("the answer came too slowly") from error
    except HTTPError as error:
        answer.close()
        raise requests.exceptions.ChunkedEncodingError(error) from error
    answer.raw = io.BytesIO(body.getvalue())


def _make_error_of_no_answer(error: requests.RequestException, url: str) -> SalesforceError:
    host = url.split("/services/", maxsplit=1)[0].split("/api/", maxsplit=1)[0]
    if (
        isinstance(error, requests.exceptions.SSLError)
        and never_arrived(error)
        and (problem := find_authorities_problem())
    ):
        return SalesforceError(f"{host}: {problem}")
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return SalesforceError(
            f"{host}: its TLS certificate is not trusted: {find_innermost_cause(error)}. "
            "For a private certificate authority set REQUESTS_CA_BUNDLE"
        )
    if isinstance(error, requests.exceptions.ProxyError) and never_arrived(error):
        return TransientError(f"{host}: the proxy (SALESFORCE_PROXY) cannot be used: {find_innermost_cause(error)}")
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return TransientError(f"{host}: the answer broke off: {find_innermost_cause(error)}")
    kind = HostGone if never_arrived(error) else TransientError
    if isinstance(error, requests.Timeout):
        return kind(f"{host}: no answer in time: {find_innermost_cause(error)}")
    return kind(f"{host}: cannot be reached: {find_innermost_cause(error)}")


def find_innermost_cause(error: BaseException) -> str:
    """Return the innermost exception's message, without urllib3's object addresses or a proxy's password."""
    text = without_userinfo(str(unwrap_error(error)))
    return text.rsplit(">: ", 1)[-1].rsplit(": ", 1)[-1] if "object at 0x" in text else text
