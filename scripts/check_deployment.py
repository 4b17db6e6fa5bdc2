"""Run ``manage.py check --deploy`` with the variables of a complete deployment: it must find nothing.

Names are made up, secrets and keys are random; no other system is called.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).resolve().parents[1]


CRONTAB = """#!/bin/sh
if [ "$1" = -l ]; then cat "$0.table"; else cat > "$0.table"; fi
"""
"""A stand-in for ``crontab(1)``, which a machine that only runs the checks may lack."""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "crontab").write_text(CRONTAB)
        (folder / "crontab").chmod(0o755)
        variables = make_deployment(folder)
        run_manage(variables, "crontab", "add", "--verbosity=0")
        run_manage(variables, "collectstatic", "--noinput", "--verbosity=0")
        sys.exit(run_manage(variables, "check", "--deploy", "--fail-level", "INFO"))


def run_manage(variables: dict[str, str], *arguments: str) -> int:
    return subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=variables, check=False).returncode


def make_deployment(folder: Path) -> dict[str, str]:
    """Return the variables of a complete deployment, with its crontab and static files in ``folder``."""
    signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "tests.deployed_settings",
        "COLLECTED_STATIC": str(folder / "static"),
        "SFAPI_ENV_FILE": "",
        "ENVIRONMENT": "production",
        "SENTRY_DSN": "https://made-up@sentry.example/1",
        "METRICS_ALLOWED_NETWORKS": "192.0.2.0/24",
        "DEBUG": "off",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": "postgresql://sfapi@db.example/sfapi",
        "ALLOWED_HOSTS": "sfapi.example",
        "TRUSTED_PROXY_COUNT": "1",
        "SALESFORCE_HOST": "https://made-up.my.salesforce.com",
        "SALESFORCE_CLIENT_ID": "made-up",
        "SALESFORCE_CLIENT_SECRET": secrets.token_urlsafe(),
        "SALESFORCE_CASE_EXTERNAL_ID_FIELD": "SFAPI_Id__c",
        "SALESFORCE_PARDOT_BUSINESS_UNIT": "0Uv000000000000CAA",
        "SSO_SIGNATURE_PUBLIC_KEY": signing_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        "SSO_ENCRYPTION_PRIVATE_KEY": secrets.token_hex(16),
        "ACCOUNTS_CLIENT_ID": "made-up",
        "ACCOUNTS_CLIENT_SECRET": secrets.token_urlsafe(),
    }


if __name__ == "__main__":
    main()
