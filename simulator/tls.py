"""The simulator's own certificate authority, and the certificate of its HTTPS server.

The data folder has these files. They are made again when one is missing or the certificate expires within a day.

- ``ca.pem``: the authority
- ``server.pem``: the certificate and key for localhost, 127.0.0.1 and ::1
- ``bundle.pem``: certifi's authorities and this authority, for ``REQUESTS_CA_BUNDLE``

The authority's own key is never stored, so nobody can make another certificate in the authority's name.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALIDITY = timedelta(days=397)
"""The validity from now on. Certificates are also valid for the day before now.

Together that is 398 days: some clients reject a certificate with a longer validity.
"""


@dataclass(frozen=True)
class Certificates:
    authority: Path
    server: Path
    bundle: Path

    def context(self) -> ssl.SSLContext:
        """Return the TLS context for the server's side of a connection."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.server)
        return context


def certificates(folder: Path, *hosts: str) -> Certificates:
    """Return the files in ``folder``.

    Create them when one is missing or the certificate expires within a day. ``hosts`` are names of the simulator
    besides localhost, for a new certificate.
    """
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "bundle.pem")
    if not _usable(files):
        _make(files, hosts)
    return files


def _usable(files: Certificates) -> bool:
    if not (files.authority.exists() and files.server.exists() and files.bundle.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(files.server.read_bytes())
    return certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=1)


def _make(files: Certificates, hosts: Sequence[str]) -> None:
    files.authority.parent.mkdir(parents=True, exist_ok=True)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_key)
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = _server(server_key, authority, authority_key, hosts)
    authority_pem = authority.public_bytes(serialization.Encoding.PEM)
    files.authority.write_bytes(authority_pem)
    files.bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority_pem)
    files.server.touch(mode=0o600)
    files.server.write_bytes(server.public_bytes(serialization.Encoding.PEM) + _pem(server_key))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALIDITY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = _name("SFAPI simulator authority")
    return (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _server(
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    hosts: Sequence[str],
) -> x509.Certificate:
    addresses = [ipaddress.ip_address(address) for address in ("127.0.0.1", "::1")]
    names = [*map(x509.DNSName, ("localhost", *hosts)), *(x509.IPAddress(address) for address in addresses)]
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(_name("localhost"), authority.subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
