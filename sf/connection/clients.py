"""Create the Salesforce client from the settings. All clients of a process share one login."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sf.connection import refused_logins
from sf.salesforce.client import SalesforceClient
from sf.salesforce.credentials import choose_credentials
from sf.salesforce.errors import LoginFailed, SalesforceError
from sf.salesforce.http import HostGone, Patience, Transport
from sf.salesforce.login import LoginRequest, Session, SessionKeeper
from sf.salesforce.login_refusals import LoginRefused
from sf.sync.best_effort import best_effort
from sf.sync.identity import check_org
from sf.sync.usage import UsageCounter

_keeper = SessionKeeper()


class RememberingClient(SalesforceClient):
    """A client that stores refused logins for all processes.

    A client with a time limit (``Patience.until``) sends no login during the pause after a refused login.
    """

    def _log_in(self) -> Session:
        self._check_turn()
        try:
            session = super()._log_in()
        except LoginFailed as error:
            if error.code:  # without a code, it was not Salesforce that refused
                with best_effort("refused login"):
                    refused_logins.note_refusal(self._login, error)
            raise
        with best_effort("refused login"):
            refused_logins.forget_refusal(self._login)
        return session

    def _check_turn(self) -> None:
        """Raise ``LoginRefused`` during the pause after a refused login.

        Clients without a time limit may always log in: commands such as syncs use such clients.
        """
        refused = None
        if self._transport.patience.has_end:
            with best_effort("refused login"):
                refused = refused_logins.take_turn(self._login)
        if refused:
            raise LoginRefused(refused_logins.explain(refused))


class CopyClient(RememberingClient):
    """A client for the cached org. Raises ``AnotherOrg`` before it reads or writes records of another org."""

    _admitted: Session | None = None

    def session(self) -> Session:
        return self._admit(super().session())

    def renew_session(self, stale: Session) -> Session:
        return self._admit(super().renew_session(stale))

    def _find_session_elsewhere(self, session: Session, gone: HostGone) -> Session:
        return self._admit(super()._find_session_elsewhere(session, gone))

    def _admit(self, session: Session) -> Session:
        if session != self._admitted:
            try:
                check_org(SalesforceClient(self._login, self._transport, self._keeper))
            except SalesforceError as error:
                error.in_preparation = True
                raise
            self._admitted = session
        return session


def make_salesforce_client(counter: UsageCounter, patience: Patience | None = None) -> SalesforceClient:
    """Return a client for the cached org. Its calls are counted under the source of ``counter``.

    Raises ``ImproperlyConfigured`` when no group of login variables is complete. Calls raise ``AnotherOrg`` when the
    login is to another org.
    """
    return CopyClient(*_make_parts(counter, patience))


def make_client_of_any_org(counter: UsageCounter, patience: Patience | None = None) -> SalesforceClient:
    """Return a client for the login's org, even if another org is cached.

    Use it only to read from the org, or to make the cache a copy of the org (``sync_all --adopt-org``).
    """
    return RememberingClient(*_make_parts(counter, patience))


def _make_parts(counter: UsageCounter, patience: Patience | None) -> tuple[LoginRequest, Transport, SessionKeeper]:
    transport = Transport(proxy=settings.SALESFORCE_PROXY, counter=counter, patience=patience or Patience())
    return build_login_request(), transport, _keeper


def build_login_request() -> LoginRequest:
    """Return the login of the settings.

    Raises ``ImproperlyConfigured`` when no group of login variables is complete.
    """
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    if credentials is None:
        raise ImproperlyConfigured(
            "Salesforce is not configured: fill in one group of login variables in .env (docs/settings.md)"
        )
    return LoginRequest(
        credentials,
        settings.SALESFORCE_HOST,
        settings.SALESFORCE_API_VERSION,
        settings.SALESFORCE_JWT_AUDIENCE,
    )
