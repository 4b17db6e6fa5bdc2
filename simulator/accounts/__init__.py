"""OpenStax Accounts: application tokens and the search for users.

Every Contact with an ``Accounts_UUID__c`` is a user of Accounts. There are also a few demo users with well-known
UUIDs, and users that the control API adds.

Source: the public code of openstax/accounts (user representer, users controller, the search's limit of ten) and
Doorkeeper's token endpoint. A search without a valid token gets 403, as in Accounts; the control API can set another
status.
"""

from simulator.accounts.api import CLIENT_ID, CLIENT_SECRET, add_routes
from simulator.accounts.control import add_control_routes
from simulator.accounts.settings import AccountsSettings
from simulator.accounts.users import NEWCOMER_UUID, SUPER_USER_UUID, User, demo_users, find_user, subject

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "NEWCOMER_UUID",
    "SUPER_USER_UUID",
    "AccountsSettings",
    "User",
    "add_control_routes",
    "add_routes",
    "demo_users",
    "find_user",
    "subject",
]
