"""The simulator's credentials: all invented, all worthless elsewhere.

The private key of the JWT bearer flow is not here. It is created once, in the simulator's folder.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.schema import FIRST_SERIAL
from simulator.schema.ids import make_id

CLIENT_ID = "3MVG9.simulator.connected.app"
CLIENT_SECRET = "simulator-client-secret"  # noqa: S105 (the simulator's own)
USERNAME = "integration@camp.example"
PASSWORD = "simulator-password"  # noqa: S105
SECURITY_TOKEN = "simulatortoken"  # noqa: S105
REFRESH_TOKEN = "5Aep861.simulator.refresh.token"  # noqa: S105


def organization_id(number: int) -> str:
    """Return the id of the org with this number, counted from 1."""
    return make_id("00D", FIRST_SERIAL + number - 1)


def user_id() -> str:
    """Return the id of the integration user, the first user of the generated data."""
    return make_id("005", FIRST_SERIAL)


def session_id(organization: str) -> str:
    """Return the preset session id, which is valid from the start. A program can use it without a login."""
    return f"{organization[:15]}!simulator.session"


ORGANIZATION_ID = organization_id(1)
USER_ID = user_id()
SESSION_ID = session_id(ORGANIZATION_ID)
"""The ids of the organization, user and session in a simulator that was started without options."""


def jwt_private_key(folder: Path) -> str:
    """Return the PEM of the key with which clients sign assertions. Create the key if it is missing."""
    path = folder / "jwt-private-key.pem"
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.touch(mode=0o600)
        path.write_bytes(pem)
    return path.read_text()


def jwt_public_key(folder: Path) -> rsa.RSAPublicKey:
    """Return the public key, with which Salesforce checks the assertions."""
    key = serialization.load_pem_private_key(jwt_private_key(folder).encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.public_key()
