"""The demo's credentials: all invented, all worthless anywhere else.

The key pair of the JWT bearer flow is made once under the data folder, not kept here.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.schema import FIRST_SERIAL
from simulator.schema.ids import make_id

CLIENT_ID = "3MVG9.simulator.connected.app"
CLIENT_SECRET = "simulator-client-secret"  # noqa: S105 (the demo's own)
USERNAME = "integration@camp.example"
PASSWORD = "simulator-password"  # noqa: S105
SECURITY_TOKEN = "simulatortoken"  # noqa: S105
REFRESH_TOKEN = "5Aep861.simulator.refresh.token"  # noqa: S105


def organization_id(number: int) -> str:
    """The id of the org with this number, from 1: each has another."""
    return make_id("00D", FIRST_SERIAL + number - 1)


def user_id() -> str:
    """The id of the integration user: the first user of the generated data."""
    return make_id("005", FIRST_SERIAL)


def session_id(organization: str) -> str:
    """A session that is in force from the start, for the way in which one is handed over."""
    return f"{organization[:15]}!simulator.session"


ORGANIZATION_ID = organization_id(1)
USER_ID = user_id()
SESSION_ID = session_id(ORGANIZATION_ID)
"""Those of a simulator that was started without options."""


def jwt_private_key(folder: Path) -> str:
    """The PEM that the demo client signs its assertions with; made at the first call."""
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
    """The other half, which Salesforce checks the assertions with."""
    key = serialization.load_pem_private_key(jwt_private_key(folder).encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.public_key()
