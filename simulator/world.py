"""The state that the simulated systems share: one object for all routes, created at the start."""

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
from simulator.pubsub.events import EventBus
from simulator.salesforce.instance import Instance
from simulator.salesforce.jobs import Jobs
from simulator.salesforce.locators import Locators
from simulator.salesforce.sessions import Sessions
from simulator.salesforce.settings import SalesforceSettings
from simulator.sso import Identity
from simulator.store import Store

DEFAULT_PORT = 7443
DEFAULT_CONTROL_PORT = 7480
DEFAULT_PUBSUB_PORT = 7444
DEFAULT_SCHOOLS = 200


@dataclass(frozen=True)
class Config:
    """The options with which a simulator was started."""

    folder: Path
    """The folder of its data, certificate and keys: ``<data folder>/simulator``."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    """The HTTPS port. With ``--port 0``, it is the port that was chosen."""
    control_port: int = DEFAULT_CONTROL_PORT
    schools: int = DEFAULT_SCHOOLS
    seed: int = 1
    organization: int = 1
    """The number of the org. Each number has its own organization id."""
    business_unit: str = BUSINESS_UNIT
    """Pardot's business unit."""
    as_of: datetime | None = None
    """The last day of the data. ``None``: the data in ``folder`` keeps its last day; new data ends today."""

    @property
    def base_url(self) -> str:
        """Return the common address of Salesforce, Pardot and Accounts, which have different paths."""
        return f"https://localhost:{self.port}"

    @property
    def control_url(self) -> str:
        return f"http://localhost:{self.control_port}"


@dataclass
class World:
    """The common state of Salesforce, Pardot and Accounts.

    The function ``add_routes(router, world)`` of each system adds the system's routes.
    """

    config: Config
    store: Store
    identity: Identity
    """Keys and cookies of the single sign-on."""
    answers: PreparedAnswers
    faults: Faults = field(default_factory=Faults)
    counters: Counters = field(default_factory=Counters)
    sessions: Sessions = field(default_factory=Sessions)
    """Salesforce's access tokens. Pardot accepts the same tokens."""
    locators: Locators = field(default_factory=Locators)
    jobs: Jobs = field(default_factory=Jobs)
    pubsub_port: int = 0
    """The port of the Pub/Sub API; 0: it is not running."""
    events: EventBus = field(default_factory=EventBus)
    """The changes of records for subscribers of the Pub/Sub API."""
    instance: Instance = field(init=False)
    """The org's current host, which can change."""
    salesforce: SalesforceSettings = field(default_factory=SalesforceSettings)
    """Settings of Salesforce that the control API can change: limits, login flows, Bulk behavior."""
    pardot: PardotSettings = field(default_factory=PardotSettings)
    """Settings of Pardot that the control API can change."""
    accounts: AccountsSettings = field(default_factory=AccountsSettings)
    """Settings of Accounts that the control API can change."""

    def __post_init__(self) -> None:
        self.instance = Instance(self.config.base_url)

    @classmethod
    def open(cls, config: Config, *, fresh: bool, progress: Callable[[str], None]) -> World:
        """Open or generate data and keys in ``config.folder``. With ``fresh``, generate the data again.

        ``progress`` gets lines about the progress while data is generated.
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
        store.on_changes(world.events.note)
        return world

    @property
    def organization_id(self) -> str:
        return credentials.organization_id(self.config.organization)

    def adopt_session(self) -> None:
        """Accept the preset session id, which a program can use instead of logging in."""
        self.sessions.adopt(credentials.session_id(self.organization_id))

    def reset_data(self) -> None:
        """Restore the generated data, and drop the changes that readers of Pardot do not see yet."""
        self.pardot.cache.forget()
        self.store.reset()

    def reset_sessions(self) -> None:
        """End all sessions, query locators and Bulk query jobs; accept the preset session id again."""
        self.sessions.expire_all()
        self.locators.expire_all()
        self.jobs.expire_all()
        self.adopt_session()

    def reset_settings(self) -> None:
        """Restore all settings in place, because routes keep references to them.

        The org also moves back to its first host, and all change events expire. Accounts forgets its tokens and the
        changes to its users.
        """
        self.salesforce.reset()
        self.events.reset()
        self.instance.go_home()
        self.pardot.reset()
        self.accounts.reset()
