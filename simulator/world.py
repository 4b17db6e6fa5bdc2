"""Everything the simulated systems share: one object, made at the start and handed to every route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from simulator import credentials
from simulator.accounts.settings import AccountsSettings
from simulator.counters import Counters
from simulator.faults import Faults
from simulator.pardot.settings import BUSINESS_UNIT, PardotSettings
from simulator.prepared import PreparedAnswers
from simulator.salesforce.instance import Instance
from simulator.salesforce.jobs import Jobs
from simulator.salesforce.locators import Locators
from simulator.salesforce.sessions import Sessions
from simulator.salesforce.settings import SalesforceSettings
from simulator.sso import Identity
from simulator.store import Store

DEFAULT_PORT = 7443
DEFAULT_CONTROL_PORT = 7480
DEFAULT_SCHOOLS = 200


@dataclass(frozen=True)
class Config:
    """How one simulator was started."""

    folder: Path
    """Where it keeps its data, certificate and keys: ``<data folder>/simulator``."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """Of the HTTPS server; the port that was really bound, also when 0 was asked for."""
    control_port: int = DEFAULT_CONTROL_PORT
    schools: int = DEFAULT_SCHOOLS
    seed: int = 1
    organization: int = 1
    """The number of the org: each has another id."""
    business_unit: str = BUSINESS_UNIT
    """Pardot's."""
    as_of: datetime | None = None
    """The day on which the made-up data ends; None: today."""

    @property
    def base_url(self) -> str:
        """Of all three systems: they differ by path."""
        return f"https://localhost:{self.port}"

    @property
    def control_url(self) -> str:
        return f"http://localhost:{self.control_port}"


@dataclass
class World:
    """The three systems' common state. Each system adds its routes with ``add_routes(router, world)``."""

    config: Config
    store: Store
    identity: Identity
    """Keys and cookies of the single sign-on."""
    answers: PreparedAnswers
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    sessions: Sessions = field(default_factory=Sessions)
    """Salesforce's access tokens; Pardot accepts the same ones: ``world.sessions.find(request.bearer())``."""
    locators: Locators = field(default_factory=Locators)
    jobs: Jobs = field(default_factory=Jobs)
    instance: Instance = field(init=False)
    """Where the org is: it can move to another host."""
    salesforce: SalesforceSettings = field(default_factory=SalesforceSettings)
    """What the control API can change about Salesforce: limits, login flows, Bulk behaviour."""
    pardot: PardotSettings = field(default_factory=PardotSettings)
    """The same about Pardot."""
    accounts: AccountsSettings = field(default_factory=AccountsSettings)
    """The same about Accounts."""

    def __post_init__(self) -> None:
        self.instance = Instance(self.config.base_url)

    @classmethod
    def open(cls, config: Config, *, fresh: bool, progress: Callable[[str], None]) -> World:
        """Opens (or makes) the data and the keys under ``config.folder``; ``fresh``: makes the data anew.

        ``progress`` takes a line now and then while large data is being made.
        """
        folder = config.folder
        folder.mkdir(parents=True, exist_ok=True)
        store = Store.open(
            folder,
            schools=config.schools,
            seed=config.seed,
            organization=config.organization,
            as_of=config.as_of,
            fresh=fresh,
            progress=progress,
        )
        organization_id = credentials.organization_id(config.organization)
        sessions = Sessions(organization_id)
        world = cls(config, store, Identity.open(folder), PreparedAnswers(folder), sessions=sessions)
        world.pardot.business_unit = world.pardot.own_unit = config.business_unit
        world.adopt_session()
        return world

    @property
    def organization_id(self) -> str:
        return credentials.organization_id(self.config.organization)

    def adopt_session(self) -> None:
        """Puts the session into force that is handed over instead of a login."""
        self.sessions.adopt(credentials.session_id(self.organization_id))

    def reset_sessions(self) -> None:
        """Ends all sessions with what hangs on them (query cursors, Bulk jobs), but for the one handed over."""
        self.sessions.expire_all()
        self.locators.expire_all()
        self.jobs.expire_all()
        self.adopt_session()

    def reset_settings(self) -> None:
        """Limits and behaviour as at the start; routes hold the settings, so they change in place."""
        self.salesforce.reset()
        self.instance.go_home()
        self.pardot.reset()
        self.accounts.reset()
