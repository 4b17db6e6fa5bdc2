"""Replace the copied Pardot data with another business unit's data: ``camp_sync --adopt-org``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from pardot.platform.business_unit import confirm_business_unit, forget_copies, has_copies, load_copied_unit
from pardot.platform.connection import PardotCalls, make_client_of_any_unit
from sf.connection.clients import make_salesforce_client
from sf.management.questions import confirm_on_terminal
from sf.salesforce.errors import SalesforceError
from sf.sync.usage import UsageCounter


def adopt_business_unit(stdout: Any, *, agreed: bool) -> bool:
    """Remove the copies if they are not from the configured business unit.

    Return ``False`` when the operator declines. Raises ``CommandError`` when the call to the configured unit fails,
    when the login leads to another org than the cached one, or when there is no terminal to ask on.
    """
    unit = settings.SALESFORCE_PARDOT_BUSINESS_UNIT
    try:
        make_client_of_any_unit(make_salesforce_client(UsageCounter("camp_sync")), PardotCalls()).ask_usage()
    except SalesforceError as error:
        raise CommandError(str(error)) from error
    copied = load_copied_unit()
    if unit == copied or not has_copies():
        stdout.write(f"the copies are already of the business unit {unit}" if copied else "nothing is copied yet")
        return True
    question = (
        f"The copies of the business unit {copied or '(unknown: an older release did not record it)'}, its audits, its "
        f"history and its exemptions will be removed, and {unit} will be copied. "
        "Team, configuration, saved views, tasks and notes stay."
    )
    if not agreed and not confirm_on_terminal(question):
        return False
    with transaction.atomic():
        forget_copies()
        confirm_business_unit()
    stdout.write(f"the copies of {copied or 'the previous business unit'} are removed; next, {unit} will be copied")
    return True
