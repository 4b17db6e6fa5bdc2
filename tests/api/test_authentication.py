"""The credentials that the API accepts, and the errors for all others."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from api.auth.api_keys import create_api_key, revoke_api_key
from api.domain.scopes import Scope
from api.models import APIKey, SuperUser
from tests.api.conftest import bearer
from tests.api.cookies import JWE_HEADER, UUID, CookieMaker, json_part, rsa_key

ANYBODY = "/api/doors/anybody"
WRITING = ("post", "put", "patch", "delete")


@pytest.fixture(autouse=True)
def door_routes(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.api.doors"


def test_a_valid_cookie_is_accepted(user: Client) -> None:
    assert user.get(ANYBODY).status_code == 200


def test_a_caller_without_credentials_is_told_how_to_log_in(anonymous: Client) -> None:
    answer = anonymous.get(ANYBODY)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == 401
    assert "log in" in answer.json()["message"]


@pytest.mark.parametrize("method", WRITING)
def test_a_change_without_credentials_is_401_before_csrf_is_checked(anonymous: Client, method: str) -> None:
    assert getattr(anonymous, method)(ANYBODY).status_code == 401
    anonymous.cookies["oxa"] = "junk"
    assert getattr(anonymous, method)(ANYBODY).status_code == 401


def invalid_cookies(maker: CookieMaker) -> dict[str, str]:
    claims = maker.claims(sub={"id": 7, "uuid": UUID, "name": "x"})
    token = maker.signed(claims)
    return {
        "alg none": maker.encrypted(f"{json_part({'alg': 'none'})}.{json_part(claims)}."),
        "HS256 with the public key": maker.encrypted(maker.signed_with_public_key(claims)),
        "other key": CookieMaker(rsa_key(1), maker.encryption_key).cookie(),
        "other encryption": CookieMaker(maker.private_key).cookie(),
        "audience": maker.cookie(aud="Elsewhere"),
        "issuer": maker.cookie(iss="Elsewhere"),
        "no expiry": maker.cookie(exp=None),
        "expired": maker.cookie(exp=int(time.time()) - 1),
        "crit": maker.encrypted(maker.signed(claims, {"alg": "RS256", "crit": ["x"], "x": 1})),
        "zip": maker.encrypted(token, {**JWE_HEADER, "zip": "DEF"}),
        "cut": maker.cookie()[:-4],
        "odd IV": maker.encrypted(token, iv_bytes=13),
        "junk": "A" * 60_000,
        "text as sub": maker.cookie(sub=UUID),
        "empty sub": maker.cookie(sub={}),
    }


def test_no_invalid_cookie_is_accepted(anonymous: Client, cookies: CookieMaker) -> None:
    for number, (name, cookie) in enumerate(invalid_cookies(cookies).items()):
        anonymous.cookies["oxa"] = cookie
        answer = anonymous.get(ANYBODY, REMOTE_ADDR=f"192.0.2.{number}")
        assert answer.status_code == 401, name
        assert cookie[:40] not in answer.text


def send(client: Client, *values: str) -> int:
    return client.get(ANYBODY, headers={"Cookie": "; ".join(f"oxa={value}" for value in values)}).status_code


def test_one_valid_cookie_among_several_of_the_same_name_is_enough(anonymous: Client, cookies: CookieMaker) -> None:
    good, old = cookies.cookie(), cookies.cookie(exp=1)
    for bad in ("", "junk", good[:-5], old):
        assert send(anonymous, good, bad) == 200, bad
        assert send(anonymous, bad, good) == 200, bad
    assert send(anonymous, "junk", old, good) == 200
    assert send(anonymous, "junk", old) == 401
    assert send(anonymous, "", "") == 401


def test_a_cookie_of_another_name_does_not_count(anonymous: Client, cookies: CookieMaker) -> None:
    headers = {"Cookie": f"oxa_dev={cookies.cookie()}; oxa=junk; xoxa={cookies.cookie()}"}
    assert anonymous.get(ANYBODY, headers=headers).status_code == 401


def test_only_a_few_cookies_are_opened(anonymous: Client, cookies: CookieMaker) -> None:
    """Each cookie costs a decryption, and anybody may send many cookies."""
    junk = [f"junk{number}" for number in range(4)]
    assert send(anonymous, *junk[:3], cookies.cookie()) == 200
    assert send(anonymous, *junk, cookies.cookie()) == 401
    assert send(anonymous, *["junk"] * 20, cookies.cookie()) == 200, "repeats of one cookie do not count"


@pytest.mark.parametrize("method", WRITING)
def test_a_change_with_a_cookie_needs_a_csrf_token(user: Client, method: str) -> None:
    answer = getattr(user, method)(ANYBODY)
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["message"]


@pytest.mark.parametrize("method", WRITING)
def test_the_csrf_token_from_the_me_endpoint_allows_changes(user: Client, method: str) -> None:
    token = user.get("/api/v1/me").json()["csrf_token"]
    assert getattr(user, method)(ANYBODY, headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize("method", WRITING)
def test_a_change_from_another_origin_is_refused_even_with_the_token(user: Client, method: str) -> None:
    headers = {"X-CSRFToken": user.get("/api/v1/me").json()["csrf_token"], "Origin": "https://evil.example"}
    assert getattr(user, method)(ANYBODY, headers=headers).status_code == 403


def test_an_origin_that_cors_allows_may_change_data_only_if_it_is_trusted_for_csrf(user: Client, settings: Any) -> None:
    page = "https://www.sfapi.example"
    settings.CORS_ALLOWED_ORIGINS = [page]
    me = user.get("/api/v1/me", headers={"Origin": page})
    assert me["Access-Control-Allow-Origin"] == page
    headers = {"X-CSRFToken": me.json()["csrf_token"], "Origin": page}
    assert user.put(ANYBODY, headers=headers).status_code == 403
    settings.CSRF_TRUSTED_ORIGINS = [page]
    assert user.put(ANYBODY, headers=headers).status_code == 200


@pytest.mark.parametrize("method", WRITING)
def test_a_key_needs_no_csrf_token(service: Callable[..., Client], method: str) -> None:
    assert getattr(service(Scope.READ_BOOKS), method)(ANYBODY).status_code == 200


def test_a_key_is_refused_when_revoked_expired_wrong_or_mistyped(db: None, cookies: CookieMaker) -> None:
    good, revoked = (create_api_key(name="test", scopes=[Scope.READ_BOOKS]) for _ in range(2))
    expired = create_api_key(name="test", scopes=[Scope.READ_BOOKS], expires_in=timedelta(days=1))
    APIKey.objects.filter(pk=expired.pk).update(expires_at=timezone.now())
    revoke_api_key(revoked.public_id)
    swapped = good.text.replace(good.public_id, expired.public_id)
    for key, word in (
        (revoked.text, "revoked"),
        (expired.text, "expired"),
        (swapped, "not valid"),
        (good.text[:-1], "not valid"),
        (good.text[::-1], "not valid"),
        ("", "not valid"),
        ("é" * 50, "not valid"),
    ):
        answer = bearer(key).get(ANYBODY)
        assert answer.status_code == 401
        assert word in answer.json()["message"]
        assert not key or key not in answer.text
    assert bearer(good.text).get(ANYBODY).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_upper_and_lower_case_make_no_difference_in_the_scheme(anonymous: Client, scheme: str) -> None:
    key = create_api_key(name="test", scopes=[Scope.READ_BOOKS]).text
    assert anonymous.get(ANYBODY, headers={"Authorization": f"{scheme} {key}"}).status_code == 200


def test_the_cookie_is_ignored_when_the_request_has_an_authorization_header(
    user: Client, service: Callable[..., Client]
) -> None:
    for authorization in ("Bearer wrong", "Basic dXNlcjpwdw==", "", "Bearer"):
        answer = user.get(ANYBODY, headers={"Authorization": authorization})
        assert answer.status_code == 401, authorization
    both = service(Scope.READ_BOOKS)
    both.cookies["oxa"] = "junk"
    assert both.post(ANYBODY).status_code == 200
    assert user.get("/api/v1/me", headers={"Authorization": "Bearer wrong"}).json()["logged_in"] is False


def test_a_key_has_its_own_scopes_and_a_super_user_has_all(user: Client, service: Callable[..., Client]) -> None:
    token = {"X-CSRFToken": user.get("/api/v1/me").json()["csrf_token"]}
    answer = user.post("/api/doors/cases", headers=token)
    assert answer.status_code == 403
    assert "write:cases" in answer.json()["message"]
    assert service(Scope.READ_BOOKS, Scope.READ_INFO).post("/api/doors/cases").status_code == 403
    assert service(Scope.WRITE_CASES).post("/api/doors/cases").status_code == 200
    staff = SuperUser.objects.create(accounts_uuid=UUID)
    assert user.post("/api/doors/cases", headers=token).status_code == 200
    SuperUser.objects.filter(pk=staff.pk).update(active=False)
    assert user.post("/api/doors/cases", headers=token).status_code == 403


def test_routes_for_people_refuse_keys(super_user: Client, service: Callable[..., Client]) -> None:
    token = {"X-CSRFToken": super_user.get("/api/v1/me").json()["csrf_token"]}
    for route in ("/api/doors/user", "/api/doors/super-user"):
        answer = service(*Scope).post(route)
        assert answer.status_code == 403
        assert "logged-in" in answer.json()["message"]
        assert super_user.post(route, headers=token).status_code == 200
    SuperUser.objects.all().delete()
    assert super_user.post("/api/doors/super-user", headers=token).status_code == 403


def test_an_address_may_send_twenty_wrong_credentials_a_minute_and_its_other_requests_are_answered(
    anonymous: Client, user: Client
) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    statuses = [
        anonymous.get(ANYBODY, headers={**wrong, "X-Forwarded-For": f"198.51.100.{number}"}).status_code
        for number in range(30)
    ]
    assert statuses == [401] * 20 + [429] * 10
    answer = anonymous.get(ANYBODY, headers=wrong)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert user.get(ANYBODY).status_code == 200
    assert anonymous.get(ANYBODY).status_code == 401
    assert anonymous.get(ANYBODY, headers=wrong, REMOTE_ADDR="192.0.2.9").status_code == 401


def test_the_development_user_needs_a_csrf_token_too(anonymous: Client, settings: Any) -> None:
    settings.DEV_USER_UUID = UUID.upper()
    me = anonymous.get("/api/v1/me").json()
    assert (me["logged_in"], me["uuid"]) == (True, UUID)
    assert anonymous.post(ANYBODY).status_code == 403
    assert anonymous.post(ANYBODY, headers={"X-CSRFToken": me["csrf_token"]}).status_code == 200
    assert anonymous.get(ANYBODY, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_the_last_use_of_a_key_is_written_at_most_every_ten_minutes(service: Callable[..., Client]) -> None:
    client = service(Scope.READ_BOOKS)
    client.get(ANYBODY)
    first = APIKey.objects.get().last_used_at
    assert first is not None
    client.get(ANYBODY)
    assert APIKey.objects.get().last_used_at == first
    APIKey.objects.update(last_used_at=first - timedelta(minutes=11))
    client.get(ANYBODY)
    later = APIKey.objects.get().last_used_at
    assert later is not None
    assert later >= first


def test_the_last_use_of_a_key_is_noted_after_the_clock_was_set_back(service: Callable[..., Client]) -> None:
    client = service(Scope.READ_BOOKS)
    APIKey.objects.update(last_used_at=timezone.now() + timedelta(hours=1))
    client.get(ANYBODY)
    last_use = APIKey.objects.get().last_used_at
    assert last_use is not None
    assert last_use <= timezone.now()


def test_a_form_with_unreadable_headers_instead_of_a_csrf_token_is_refused(user: Client) -> None:
    """Without the header, Django looks for the token in a form."""
    user.cookies["csrftoken"] = "a" * 32
    part = b"--x\r\nContent-Disposition: form-data; name*=a; name*0=b\r\n\r\nc\r\n--x--\r\n"
    answer = user.post(ANYBODY, part, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer.json()["type"]) == (403, "csrf_token_missing")
