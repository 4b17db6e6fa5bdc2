"""``make clients``: check the OpenAPI document, and the clients that are generated from it.

Validators read the whole document and its public part. Then each generator makes a client from the public part of the
running service's document. The client is type-checked, and a program calls every operation of this part with the
client. The request log of the service, not the program, shows which operations were called. A validator or generator
that cannot be installed is skipped, with the reason. The exit status is 1 when something fails, when nothing could be
installed, or, with ``NPM_REQUIRED``, when something is skipped.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

from tests.clients.generators import DOCUMENT, GENERATORS, Generator, StepFailed
from tests.clients.request_log import (
    forget_requests,
    logged_requests,
    operations,
    stored_bad_input,
    successful_operations,
    troubles,
)
from tests.clients.service import Surroundings, surroundings
from tests.clients.validators import DOCUMENTS, VALIDATORS, Validator
from tests.environments import NotInstalled
from tests.outcomes import Outcome, drive, exit_status, print_table

_CHECKS = "checks pass"


def main() -> int:
    only = _options().only
    with surroundings() as around:
        with around.served() as url:
            outcomes = [_validate(each, url) for each in VALIDATORS if not only or each.package in only]
        outcomes += [_use(each, around) for each in GENERATORS if not only or each.package in only]
    print_table(outcomes)
    status = exit_status(outcomes)
    if os.environ.get("NPM_REQUIRED") and any(outcome.skipped for outcome in outcomes):
        print("NPM_REQUIRED is set, so a skipped validator or generator counts as failed.", file=sys.stderr)
        return 1
    return status


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    known = [*(each.package for each in VALIDATORS), *(each.package for each in GENERATORS)]
    parser.add_argument("only", nargs="*", metavar="NAME", help=f"default: all of {', '.join(known)}")
    options = parser.parse_args()
    unknown = set(options.only) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; the names are {', '.join(known)}")
    return options


def _install(part: Validator | Generator, outcome: Outcome) -> bool:
    print(f"\n{part.package}: installing …", flush=True)
    try:
        outcome.version = part.install()
    except NotInstalled as reason:
        outcome.skipped = str(reason)
        print(f"  SKIPPED: {reason}", flush=True)
        return False
    print(f"{part.package} {outcome.version}", flush=True)
    return True


def _validate(validator: Validator, url: str) -> Outcome:
    outcome = Outcome(validator.package, kind=_CHECKS)
    if not _install(validator, outcome):
        return outcome
    for path in DOCUMENTS:
        try:
            findings = validator.findings(url + path)
        except StepFailed as error:
            outcome.note(f"reads {path}", str(error))
            continue
        warnings = ", ".join(f"{count} × {rule}" for rule, count in findings.warnings.items())
        for each in findings.errors:
            print(f"  {each}")
        wrong = f"errors: {len(findings.errors)}" if findings.errors else ""
        outcome.note(f"finds no error in {path}" + (f" (warnings: {warnings})" if warnings else ""), wrong)
    return outcome


def _use(generator: Generator, around: Surroundings) -> Outcome:
    """Generate, check and run a client, then check the service's request log and data."""
    outcome = Outcome(generator.package, kind=_CHECKS)
    if not _install(generator, outcome):
        return outcome
    forget_requests(around.database)
    with around.served() as url:
        document = requests.get(url + DOCUMENT, timeout=60).json()
        if not _make_client(generator, url, outcome):
            return outcome
        variables = {**generator.environment(), **around.program_variables(url)}
        drive(generator.run_command(Path(generator.program).stem), variables, outcome)
        _try(outcome, "runs the example of docs/consumers.md", lambda: generator.run_example(variables))
    _judge(document, around, outcome)
    return outcome


def _make_client(generator: Generator, url: str, outcome: Outcome) -> bool:
    """Generate and type-check a client; return False when either fails."""
    return _try(outcome, "is generated", lambda: generator.generate(url)) and _try(
        outcome, "passes its type checker", generator.check
    )


def _try(outcome: Outcome, name: str, step: Callable[[], object]) -> bool:
    try:
        step()
    except StepFailed as error:
        outcome.note(name, str(error))
        return False
    outcome.note(name)
    return True


def _judge(document: Mapping[str, Any], around: Surroundings, outcome: Outcome) -> None:
    logged = logged_requests(around.database)
    wrong = troubles(document, logged) + stored_bad_input(around.database, around.simulator)
    counts = (
        f"{len(successful_operations(document, logged))} of {len(operations(document))} operations called with success"
    )
    outcome.note(f"in the service's request log: {counts}", "; ".join(wrong))


if __name__ == "__main__":
    sys.exit(main())
