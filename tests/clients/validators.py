"""The validators of the OpenAPI document; none may report an error."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator
from openapi_spec_validator import __version__ as spec_validator_version

from tests.clients.generators import (
    HERE,
    NODE_FILES,
    NODE_FOLDER,
    STEP_SECONDS,
    StepFailed,
    installed_version,
    node_environment,
)
from tests.environments import install_node

DOCUMENTS = ("/api/v1/openapi.json", "/api/v1/openapi.json?part=public")


@dataclass(frozen=True)
class Findings:
    """Errors, and the number of warnings for each rule."""

    errors: list[str]
    warnings: Counter[str]


class Validator:
    """Run openapi-spec-validator, which is installed with the tests' packages.

    The classes of the other validators are derived from this class.
    """

    package = "openapi-spec-validator"

    def install(self) -> str:
        return spec_validator_version

    def findings(self, url: str) -> Findings:
        document = requests.get(url, timeout=60).json()
        return Findings([error.message for error in OpenAPIV31SpecValidator(document).iter_errors()], Counter())


class Redocly(Validator):
    package = "@redocly/cli"

    def install(self) -> str:
        return _install(self.package)

    def findings(self, url: str) -> Findings:
        output = _json_of(["redocly", "lint", url, "--extends=recommended", "--format=json", "--max-problems=1000"])
        return _by_severity(
            [
                (each["severity"] == "error", each["ruleId"], f"{each['message']} {each['location'][0].get('pointer')}")
                for each in output["problems"]
            ]
        )


class Spectral(Validator):
    package = "@stoplight/spectral-cli"

    def install(self) -> str:
        return _install(self.package)

    def findings(self, url: str) -> Findings:
        output = _json_of(
            ["spectral", "lint", url, "--ruleset", str(HERE / "spectral.yaml"), "--format=json", "--quiet"]
        )
        return _by_severity(
            [(each["severity"] == 0, each["code"], f"{each['message']} {each['path']}") for each in output]
        )


VALIDATORS = (Validator(), Redocly(), Spectral())


def _install(package: str) -> str:
    install_node(NODE_FOLDER, NODE_FILES)
    return installed_version(package)


def _by_severity(problems: list[tuple[bool, str, str]]) -> Findings:
    errors = [f"{rule}: {text}" for is_error, rule, text in problems if is_error]
    return Findings(errors, Counter(rule for is_error, rule, _ in problems if not is_error))


def _json_of(command: list[str]) -> Any:
    """Return the JSON that the validator prints.

    The exit status says only whether there are errors.
    """
    try:
        done = subprocess.run(
            command,
            env=node_environment(),
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StepFailed(f"{command[0]}: {error}") from error
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise StepFailed(f"{' '.join(command)}\n{(done.stdout + done.stderr)[-2_000:]}") from error
