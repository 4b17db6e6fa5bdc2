"""The check of cookies: valid cookies are accepted, and each kind of forgery is refused."""

from __future__ import annotations

import secrets
import time
import tracemalloc
from typing import Any

import pytest

from accounts_client.cookie import CookieReader
from accounts_client.errors import CookieError, Reason, Step
from tests.api.cookies import JWE_HEADER, JWT_HEADER, UUID, CookieMaker, json_part, part, rsa_key

SUBJECT = {"id": 7, "uuid": UUID, "name": "Ines Example"}


@pytest.fixture(scope="module")
def maker() -> CookieMaker:
    return CookieMaker()


@pytest.fixture(scope="module")
def reader(maker: CookieMaker) -> CookieReader:
    return CookieReader(signature_public_key=maker.public_pem, encryption_key=maker.encryption_key)


def refusal(reader: CookieReader, cookie: str) -> tuple[Step, Reason]:
    with pytest.raises(CookieError) as caught:
        reader.read(cookie)
    return caught.value.step, caught.value.reason


@pytest.mark.parametrize("iv_bytes", [12, 16])
def test_a_good_cookie_says_who_is_signed_in(maker: CookieMaker, reader: CookieReader, iv_bytes: int) -> None:
    session = reader.read(maker.encrypted(maker.signed(maker.claims(sub=SUBJECT)), iv_bytes=iv_bytes))
    assert (session.uuid, session.id, session.name) == (UUID, 7, "Ines Example")
    assert session.issued_at is not None
    assert abs(session.issued_at.timestamp() - time.time()) < 60


def test_a_valid_cookie_is_refused_after_it_has_expired(
    maker: CookieMaker, reader: CookieReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    cookie = maker.encrypted(maker.signed(maker.claims(sub=SUBJECT, exp=int(now) + 60)))
    assert reader.read(cookie).uuid == UUID
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert refusal(reader, cookie) == (Step.CLAIMS, Reason.EXPIRED)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": {"uuid": UUID}},
        {"sub": {"id": 7, "uuid": UUID.upper(), "name": None, "faculty_status": "confirmed_faculty", "more": [1]}},
        {"aud": ["OpenStax", "Elsewhere"]},
        {"iat": None, "nbf": None},
    ],
)
def test_harmless_differences_in_the_claims_are_accepted(
    maker: CookieMaker, reader: CookieReader, claims: dict[str, Any]
) -> None:
    assert reader.read(maker.cookie(**claims)).uuid == UUID


def test_times_may_have_fractions_and_the_clock_of_accounts_may_be_a_little_ahead(
    maker: CookieMaker, reader: CookieReader
) -> None:
    for claims in ({"nbf": int(time.time()) + 30}, {"exp": time.time() + 60.5}):
        assert reader.read(maker.cookie(**claims)).uuid == UUID


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": None}, Reason.NO_EXPIRY),
        ({"exp": int(time.time()) - 1}, Reason.EXPIRED),
        ({"exp": "4102444800"}, Reason.BAD_TIME),
        ({"exp": True}, Reason.BAD_TIME),
        ({"exp": float("nan")}, Reason.BAD_TIME),
        ({"exp": float("inf")}, Reason.BAD_TIME),
        ({"exp": -1}, Reason.BAD_TIME),
        ({"exp": [1]}, Reason.BAD_TIME),
        ({"iat": 10**300}, Reason.BAD_TIME),
        ({"nbf": int(time.time()) + 100_000}, Reason.NOT_YET_VALID),
        ({"aud": None}, Reason.WRONG_AUDIENCE),
        ({"aud": "Elsewhere"}, Reason.WRONG_AUDIENCE),
        ({"aud": {"OpenStax": 1}}, Reason.WRONG_AUDIENCE),
        ({"iss": None}, Reason.WRONG_ISSUER),
        ({"iss": "Elsewhere"}, Reason.WRONG_ISSUER),
        ({"iss": ["OpenStax Accounts"]}, Reason.WRONG_ISSUER),
        ({"sub": None}, Reason.BAD_SUBJECT),
        ({"sub": UUID}, Reason.BAD_SUBJECT),
        ({"sub": [SUBJECT]}, Reason.BAD_SUBJECT),
        ({"sub": {}}, Reason.BAD_SUBJECT),
        ({"sub": {**SUBJECT, "uuid": 7}}, Reason.BAD_SUBJECT),
        ({"sub": {**SUBJECT, "uuid": "' OR 1=1 --"}}, Reason.BAD_SUBJECT),
        ({"sub": {**SUBJECT, "uuid": UUID + "\n"}}, Reason.BAD_SUBJECT),
        ({"sub": {**SUBJECT, "id": "7"}}, Reason.BAD_SUBJECT),
        ({"sub": {**SUBJECT, "id": True}}, Reason.BAD_SUBJECT),
    ],
)
def test_wrong_claims_are_refused(
    maker: CookieMaker, reader: CookieReader, claims: dict[str, Any], reason: Reason
) -> None:
    assert refusal(reader, maker.cookie(**claims)) == (Step.CLAIMS, reason)


def test_a_payload_that_is_not_an_object_is_refused(maker: CookieMaker, reader: CookieReader) -> None:
    payloads: list[Any] = [None, [], "text", 1]
    for payload in payloads:
        assert refusal(reader, maker.encrypted(maker.signed(payload))) == (Step.CLAIMS, Reason.MALFORMED)


def test_tokens_with_another_algorithm_or_none_are_refused(maker: CookieMaker, reader: CookieReader) -> None:
    claims = maker.claims(sub=SUBJECT)
    unsigned = f"{json_part({'alg': 'none', 'typ': 'JWT'})}.{json_part(claims)}."
    for token in (
        unsigned,
        maker.signed_with_public_key(claims),
        maker.signed(claims, {"alg": "none"}),
        maker.signed(claims, {"alg": "RS512"}),
        maker.signed(claims, {"typ": "JWT"}),
    ):
        step, reason = refusal(reader, maker.encrypted(token))
        assert (step, reason) == (Step.SIGNATURE, Reason.UNSUPPORTED_ALGORITHM)


def test_a_token_of_another_signer_is_refused(maker: CookieMaker, reader: CookieReader) -> None:
    other = CookieMaker(private_key=rsa_key(1), encryption_key=maker.encryption_key)
    assert refusal(reader, other.cookie()) == (Step.SIGNATURE, Reason.WRONG_KEY_OR_ALTERED)


def test_a_changed_payload_is_refused(maker: CookieMaker, reader: CookieReader) -> None:
    header, _, signature = maker.signed(maker.claims(sub=SUBJECT)).split(".")
    other = json_part(maker.claims(sub={**SUBJECT, "uuid": "00000000-0000-4000-8000-000000000001"}))
    token = f"{header}.{other}.{signature}"
    assert refusal(reader, maker.encrypted(token)) == (Step.SIGNATURE, Reason.WRONG_KEY_OR_ALTERED)


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"crit": ["b64"], "b64": False}, {"crit": []}, {"b64": False}])
def test_a_token_header_with_extensions_is_refused(
    maker: CookieMaker, reader: CookieReader, header: dict[str, Any]
) -> None:
    token = maker.signed(maker.claims(sub=SUBJECT), {**JWT_HEADER, **header})
    assert refusal(reader, maker.encrypted(token))[0] == Step.SIGNATURE


def test_text_that_is_not_a_token_is_refused(maker: CookieMaker, reader: CookieReader) -> None:
    deep = part(b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}")
    for token in ("", ".", "..", "a.b.c", "é.é.é", f"{json_part([])}.e30.e30", f"{deep}.e30.e30"):
        assert refusal(reader, maker.encrypted(token))[0] == Step.SIGNATURE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"zip": "DEF"}, Reason.COMPRESSED),
        ({"zip": ""}, Reason.COMPRESSED),
        ({"crit": ["exp"]}, Reason.UNSUPPORTED_HEADER),
        ({"alg": "RSA-OAEP"}, Reason.UNSUPPORTED_ALGORITHM),
        ({"alg": "none"}, Reason.UNSUPPORTED_ALGORITHM),
        ({"enc": "A128GCM"}, Reason.UNSUPPORTED_ALGORITHM),
        ({"enc": ["A256GCM"]}, Reason.UNSUPPORTED_ALGORITHM),
        ({"kid": "k" * 1000}, Reason.MALFORMED),
    ],
)
def test_envelopes_with_unexpected_headers_are_refused(
    maker: CookieMaker, reader: CookieReader, change: dict[str, Any], reason: Reason
) -> None:
    token = maker.signed(maker.claims(sub=SUBJECT))
    assert refusal(reader, maker.encrypted(token, {**JWE_HEADER, **change})) == (Step.DECRYPTION, reason)


@pytest.mark.parametrize("iv_bytes", [8, 11, 13, 15, 17, 32])
def test_ivs_other_than_12_or_16_bytes_are_refused(maker: CookieMaker, reader: CookieReader, iv_bytes: int) -> None:
    cookie = maker.encrypted(maker.signed(maker.claims(sub=SUBJECT)), iv_bytes=iv_bytes)
    assert refusal(reader, cookie) == (Step.DECRYPTION, Reason.BAD_IV)


def test_a_truncated_cookie_is_not_mistaken_for_a_wrong_key(maker: CookieMaker, reader: CookieReader) -> None:
    cookie = maker.cookie()
    for length in (len(cookie) - 1, len(cookie) - 10, len(cookie) - 23, len(cookie) // 2, 40):
        assert refusal(reader, cookie[:length]) == (Step.DECRYPTION, Reason.CUT_OFF), length
    other = CookieMaker(private_key=maker.private_key)
    assert refusal(reader, other.cookie()) == (Step.DECRYPTION, Reason.WRONG_KEY_OR_ALTERED)


def test_a_changed_envelope_is_refused(maker: CookieMaker, reader: CookieReader) -> None:
    header, _, iv, ciphertext, tag = maker.cookie().split(".")
    flipped = ("B" if ciphertext[9] == "A" else "A").join([ciphertext[:9], ciphertext[10:]])
    spaced = part(b'{"alg": "dir",  "enc": "A256GCM"}')
    for cookie in (
        f"{header}..{iv}.{flipped}.{tag}",
        f"{header}..{part(secrets.token_bytes(16))}.{ciphertext}.{tag}",
        f"{header}..{iv}.{ciphertext}.{part(bytes(16))}",
        f"{spaced}..{iv}.{ciphertext}.{tag}",
    ):
        assert refusal(reader, cookie) == (Step.DECRYPTION, Reason.WRONG_KEY_OR_ALTERED)


def test_text_that_is_not_an_envelope_is_refused(maker: CookieMaker, reader: CookieReader) -> None:
    header, _, iv, ciphertext, tag = maker.cookie().split(".")
    for cookie in (
        "",
        "junk",
        "a.b.c.d.e.f",
        f"{header}.AAAA.{iv}.{ciphertext}.{tag}",
        f"{header}..{iv}.{ciphertext}=.{tag}",
        f"{header}..{iv}.{ciphertext}\n.{tag}",
        f"{header}..{iv}.{ciphertext}.{tag}AAAA",
        f"{part(b'[' * 300)}..{iv}.{ciphertext}.{tag}",
        f"{part(b'not json')}..{iv}.{ciphertext}.{tag}",
        f"{part(b'[]')}..{iv}.{ciphertext}.{tag}",
        f"..{iv}.{ciphertext}.{tag}",
    ):
        assert refusal(reader, cookie) == (Step.DECRYPTION, Reason.MALFORMED), cookie[:80]


def test_bad_cookies_cost_little_time_and_memory(maker: CookieMaker, reader: CookieReader) -> None:
    junk = [secrets.token_urlsafe(750_000), ".".join(["A" * 250_000] * 4) + ".", "." * 1_000_000, maker.cookie()[:-3]]
    junk += [maker.encrypted("x" * 5000), part(b"[" * 380) + "..AA.AA.AA"]
    refusal(reader, junk[-1])  # exclude the cost of one-time setup
    tracemalloc.start()
    for cookie in junk:
        began = time.thread_time()  # CPU time of this thread, because the machine may be busy
        refusal(reader, cookie)
        assert time.thread_time() - began < 0.05  # usually 5 ms
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000


def test_the_error_reports_the_result_of_each_step(maker: CookieMaker, reader: CookieReader) -> None:
    with pytest.raises(CookieError) as caught:
        reader.read(maker.cookie(exp=1))
    assert caught.value.steps() == {"decryption": "ok", "signature": "ok", "claims": "failed: expired"}
    with pytest.raises(CookieError) as caught:
        reader.read("junk")
    assert caught.value.steps() == {"decryption": "failed: malformed", "signature": "skipped", "claims": "skipped"}


def test_every_cookie_is_refused_when_a_key_is_not_set(maker: CookieMaker) -> None:
    nothing = CookieReader(signature_public_key="", encryption_key="")
    assert refusal(nothing, maker.cookie()) == (Step.DECRYPTION, Reason.KEY_NOT_SET)
    half = CookieReader(signature_public_key="", encryption_key=maker.encryption_key)
    assert refusal(half, maker.cookie()) == (Step.SIGNATURE, Reason.KEY_NOT_SET)
