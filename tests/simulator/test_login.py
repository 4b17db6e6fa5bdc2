"""Salesforce's login flows, and refused logins."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
import requests

from simulator import credentials
from tests.simulator.client import Salesforce, errors
from tests.simulator.running import RunningSimulator

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT = {"client_id": credentials.CLIENT_ID, "client_secret": credentials.CLIENT_SECRET}
PASSWORD = {
    "grant_type": "password",
    **CLIENT,
    "username": credentials.USERNAME,
    "password": credentials.PASSWORD + credentials.SECURITY_TOKEN,
}


def log_in(simulator: RunningSimulator, form: dict[str, str], **options: Any) -> requests.Response:
    url = f"{simulator.base_url}/services/oauth2/token"
    return simulator.session().post(url, data=form, timeout=30, **options)


def assertion(simulator: RunningSimulator, **changes: Any) -> dict[str, str]:
    claims = {
        "iss": credentials.CLIENT_ID,
        "sub": credentials.USERNAME,
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 120,
        **changes,
    }
    output = simulator.control_text("/variables")
    line = next(line for line in output.splitlines() if "SALESFORCE_PRIVATE_KEY=" in line)
    key = line.partition("=")[2].strip("'").replace("\\n", "\n")
    return {"grant_type": JWT_GRANT, "assertion": jwt.encode(claims, key, algorithm="RS256")}


def soap(simulator: RunningSimulator, *, password: str, organization: str = "", version: str = "64.0") -> Any:
    scope = f"<urn:organizationId>{organization}</urn:organizationId>" if organization else ""
    body = (
        '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com">'
        f"<env:Header><urn:LoginScopeHeader>{scope}</urn:LoginScopeHeader></env:Header>"
        f'<env:Body><n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{credentials.USERNAME}'
        f"</n1:username><n1:password>{password}</n1:password></n1:login></env:Body></env:Envelope>"
    )
    url = f"{simulator.base_url}/services/Soap/u/{version}"
    return simulator.session().post(url, data=body, headers={"SOAPAction": "login"}, timeout=30)


def test_every_oauth_flow_gives_a_session_that_works(simulator: RunningSimulator) -> None:
    forms = [
        PASSWORD,
        {"grant_type": "client_credentials", **CLIENT},
        {"grant_type": "refresh_token", **CLIENT, "refresh_token": credentials.REFRESH_TOKEN},
        {"grant_type": "refresh_token", "client_id": CLIENT["client_id"], "refresh_token": credentials.REFRESH_TOKEN},
        assertion(simulator),
        assertion(simulator, aud="https://test.salesforce.com/"),
        # simple-salesforce 1.12 sends ``exp`` as text.
        assertion(simulator, exp=str(int(time.time()) + 120)),
    ]
    for form in forms:
        answer = log_in(simulator, form).json()
        assert Salesforce(simulator, answer["access_token"]).call("GET", "/limits").status_code == 200


def test_client_credentials_may_come_as_basic_authentication(simulator: RunningSimulator) -> None:
    auth = (credentials.CLIENT_ID, credentials.CLIENT_SECRET)
    assert log_in(simulator, {"grant_type": "client_credentials"}, auth=auth).status_code == 200


def test_client_credentials_never_get_the_scopes_full_web_and_refresh_token(simulator: RunningSimulator) -> None:
    auth = (credentials.CLIENT_ID, credentials.CLIENT_SECRET)
    scopes = log_in(simulator, {"grant_type": "client_credentials"}, auth=auth).json()["scope"].split()
    assert "api" in scopes
    assert not {"full", "web", "refresh_token"} & set(scopes)


def test_the_answer_is_signed_with_the_client_secret(simulator: RunningSimulator) -> None:
    answer = log_in(simulator, PASSWORD).json()
    signed = (answer["id"] + answer["issued_at"]).encode()
    digest = hmac.new(credentials.CLIENT_SECRET.encode(), signed, hashlib.sha256).digest()
    assert answer["signature"] == base64.b64encode(digest).decode()
    assert answer["instance_url"] == simulator.base_url
    assert answer["token_type"] == "Bearer"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"password": credentials.PASSWORD}, "invalid_grant"),
        ({"username": "nobody@camp.example"}, "invalid_grant"),
        ({"client_id": "unknown"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "magic"}, "unsupported_grant_type"),
    ],
)
def test_a_login_with_a_wrong_value_gets_salesforces_error(
    simulator: RunningSimulator, change: dict[str, str], error: str
) -> None:
    response = log_in(simulator, {**PASSWORD, **change})
    assert response.status_code == 400
    assert response.json()["error"] == error


@pytest.mark.parametrize(
    ("change", "description"),
    [
        ({"aud": "https://elsewhere.example"}, "audience is invalid"),
        ({"aud": "https://localhost"}, "audience is invalid"),
        ({"exp": 1}, "expired"),
        ({"exp": 9_999_999_999}, "too far"),
        ({"sub": "nobody@camp.example"}, "approved"),
    ],
)
def test_assertions_are_checked(simulator: RunningSimulator, change: dict[str, Any], description: str) -> None:
    response = log_in(simulator, assertion(simulator, **change))
    assert response.status_code == 400
    assert description in response.json()["error_description"]


def test_an_assertion_signed_by_another_algorithm_is_refused(simulator: RunningSimulator) -> None:
    forged = jwt.encode({"iss": credentials.CLIENT_ID}, "x" * 40, algorithm="HS256")
    assert log_in(simulator, {"grant_type": JWT_GRANT, "assertion": forged}).json()["error"] == "invalid_grant"


def test_a_blocked_flow_fails_like_a_wrong_password(simulator: RunningSimulator) -> None:
    simulator.control("POST", "/login-flows", {"blocked": ["password"]})
    answer = log_in(simulator, PASSWORD).json()
    assert answer == {"error": "invalid_grant", "error_description": "authentication failure"}
    assert log_in(simulator, {"grant_type": "client_credentials", **CLIENT}).status_code == 200


def test_an_inactive_user_may_not_log_in(simulator: RunningSimulator) -> None:
    path = f"/records/User/{credentials.user_id()}/raw"
    simulator.control("POST", path, {"values": {"IsActive": False}, "touch": True})
    assert log_in(simulator, PASSWORD).json()["error"] == "inactive_user"


def test_soap_login_takes_the_security_token_or_the_organization_id(simulator: RunningSimulator) -> None:
    joined = credentials.PASSWORD + credentials.SECURITY_TOKEN
    assert "<sessionId>" in soap(simulator, password=joined).text
    organization = credentials.ORGANIZATION_ID
    assert "<sessionId>" in soap(simulator, password=credentials.PASSWORD, organization=organization).text


def test_soap_faults_carry_an_exception_code(simulator: RunningSimulator) -> None:
    wrong = soap(simulator, password="wrong")
    assert wrong.status_code == 500
    assert "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in wrong.text
    unsupported = soap(simulator, password=credentials.PASSWORD + credentials.SECURITY_TOKEN, version="65.0")
    assert "UNSUPPORTED_API_VERSION" in unsupported.text
    simulator.control("POST", "/login-flows", {"blocked": ["soap"]})
    assert "INVALID_OPERATION" in soap(simulator, password="wrong").text


def test_a_revoked_or_expired_session_is_refused(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    token = log_in(simulator, PASSWORD).json()["access_token"]
    url = f"{simulator.base_url}/services/oauth2/revoke"
    assert simulator.session().post(url, data={"token": token}, timeout=30).status_code == 200
    refused = Salesforce(simulator, token).call("GET", "/limits")
    assert (refused.status_code, errors(refused)) == (401, ["INVALID_SESSION_ID"])
    simulator.control("POST", "/sessions/expire")
    assert salesforce.call("GET", "/limits").status_code == 401


def test_an_org_may_take_its_own_host_as_audience(simulator: RunningSimulator) -> None:
    assert log_in(simulator, assertion(simulator, aud=simulator.base_url)).status_code == 400
    simulator.control("POST", "/login-flows", {"audiences": [simulator.base_url]})
    assert log_in(simulator, assertion(simulator, aud=simulator.base_url)).status_code == 200


def test_client_credentials_are_refused_at_the_host_where_all_orgs_log_in(simulator: RunningSimulator) -> None:
    shared = simulator.base_url.replace("localhost", "127.0.0.1")
    form = {"grant_type": "client_credentials", **CLIENT}
    refused = simulator.session().post(f"{shared}/services/oauth2/token", data=form, timeout=30)
    assert refused.json() == {"error": "invalid_grant", "error_description": "request not supported on this domain"}
    others = simulator.session().post(f"{shared}/services/oauth2/token", data=PASSWORD, timeout=30)
    assert others.json()["instance_url"] == simulator.base_url


def test_client_credentials_need_a_user_to_run_as(simulator: RunningSimulator) -> None:
    simulator.control("POST", "/login-flows", {"app_has_user": False})
    refused = log_in(simulator, {"grant_type": "client_credentials", **CLIENT})
    assert refused.json() == {"error": "invalid_client", "error_description": "no client credentials user enabled"}


def test_a_fault_at_login_has_the_error_format_of_oauth_or_soap(simulator: RunningSimulator) -> None:
    simulator.fault("error", times=2, code="unknown_error", message="retry your request")
    assert log_in(simulator, PASSWORD).json() == {"error": "unknown_error", "error_description": "retry your request"}
    fault = soap(simulator, password="x")
    assert fault.status_code == 500
    assert "<sf:exceptionCode>unknown_error</sf:exceptionCode>" in fault.text


def test_an_org_that_moved_redirects_calls_to_its_new_host(simulator: RunningSimulator, salesforce: Salesforce) -> None:
    new_url = simulator.control("POST", "/move")["instance_url"]
    assert new_url != simulator.base_url
    redirect = salesforce.call("GET", "/limits", allow_redirects=False)
    assert (redirect.status_code, redirect.headers["Location"]) == (301, f"{new_url}{redirect.request.path_url}")
    assert log_in(simulator, PASSWORD).json()["instance_url"] == new_url
    assert simulator.session().get(f"{new_url}/services/data", timeout=30).status_code == 200


def test_a_former_host_can_be_closed(simulator: RunningSimulator) -> None:
    first = simulator.control("POST", "/move")["instance_url"]
    session = simulator.session()
    assert session.get(f"{first}/services/data", timeout=30).status_code == 200
    silent = socket.create_connection(("localhost", urlsplit(first).port), timeout=30)
    time.sleep(0.5)  # the server waits for the handshake
    second = simulator.control("POST", "/move", {"former": "closed"})["instance_url"]
    with pytest.raises(requests.ConnectionError, match="refused"):
        session.get(f"{first}/services/data", timeout=30)
    with silent:
        assert silent.recv(1) == b"", "a connection whose handshake has not ended is closed too"
    assert session.get(f"{second}/services/data", timeout=30).status_code == 200
    simulator.control("POST", "/reset", {"settings": True})
    assert log_in(simulator, PASSWORD).json()["instance_url"] == simulator.base_url
