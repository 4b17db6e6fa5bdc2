"""``manage.py check --deploy`` as it runs in a deployment where everything is configured: it must find nothing.

Names and secrets are made up, the keys anew each time; nothing is asked of anybody.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    sys.exit(subprocess.run(command, cwd=ROOT, env=deployment(), check=False).returncode)


def deployment() -> dict[str, str]:
    """The variables of a whole deployment."""
    signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return {
        "SFAPI_ENV_FILE": "",
        "DEBUG": "off",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": "postgresql://sfapi@db.example/sfapi",
        "ALLOWED_HOSTS": "sfapi.example",
        "TRUSTED_PROXY_COUNT": "1",
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
