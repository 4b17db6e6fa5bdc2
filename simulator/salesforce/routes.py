"""All of Salesforce's routes, put together for one world."""

from __future__ import annotations

from simulator.http import Router
from simulator.salesforce import (
    apex,
    bulk,
    collections,
    composite,
    describe,
    identity,
    ingest,
    login,
    query,
    recent,
    records,
    search,
    soap,
    tooling,
)
from simulator.salesforce.api import Api
from simulator.salesforce.bulk import BulkQueries
from simulator.salesforce.collections import Collections
from simulator.salesforce.composite import Composite
from simulator.salesforce.describe import Describe
from simulator.salesforce.ingest import Ingest
from simulator.salesforce.query import Queries
from simulator.salesforce.recent import Recent
from simulator.salesforce.records import Records
from simulator.salesforce.search import Search
from simulator.salesforce.tooling import Tooling
from simulator.world import World


def add_routes(router: Router, world: World) -> None:
    """Add all routes. If two patterns match, the first one answers, so the order matters."""
    login.add_routes(router, world)
    soap.add_routes(router, world)
    identity.add_routes(router, world)
    apex.add_routes(router, world)
    api = Api(router, world)
    single = Records(world.store)
    query.add_routes(api, Queries(world.store, world.answers, world.locators))
    settings = world.salesforce.bulk
    bulk.add_routes(api, BulkQueries(world.store, world.answers, world.jobs, settings), settings)
    ingest.add_routes(api, Ingest(world.store, single))
    recently_viewed = Recent(world.store)
    recent.add_routes(api, recently_viewed)
    describe.add_routes(api, router, Describe(world, world.jobs, recently_viewed))
    tooling.add_routes(api, Tooling())
    composite.add_routes(api, Composite(world.store, api))
    collections.add_routes(api, Collections(world.store, single))
    search.add_routes(api, Search(world.store))
    records.add_routes(api, single)
