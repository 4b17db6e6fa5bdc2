"""Secrets can be changed one by one without signing users out or refusing requests."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts_client.keys import check_sso_variables
from api.auth.api_keys import create_api_key, revoke_api_key
from api.domain.scopes import Scope
from api.models import APIKey, User
from tests.api.conftest import bearer
from tests.api.cookies import CookieMaker, rsa_key
from tests.api.outgoing import CASE
from tests.simulated import ROOT, Simulator

OLD = CookieMaker(rsa_key(0), "o" * 32)
NEW = CookieMaker(rsa_key(1), "n" * 32)
MIXED = CookieMaker(NEW.private_key, OLD.encryption_key)


def is_signed_in(maker: CookieMaker) -> bool:
    client = Client(headers={"Cookie": f"oxa={maker.cookie()}"})
    return client.get("/api/v1/me").json()["uuid"] is not None


@pytest.mark.parametrize("between", ["\n", " ", ", "])
def test_each_of_several_keys_opens_cookies_in_any_combination(
    db: None, settings: Any, cookies: CookieMaker, between: str
) -> None:
    settings.SSO_SIGNATURE_PUBLIC_KEY = OLD.public_pem + between + NEW.public_pem
    settings.SSO_ENCRYPTION_PRIVATE_KEY = between.join([OLD.encryption_key, NEW.encryption_key])
    assert [is_signed_in(maker) for maker in (OLD, NEW, MIXED, cookies)] == [True, True, True, False]


def test_a_removed_key_opens_no_cookie(db: None, settings: Any, cookies: CookieMaker) -> None:
    settings.SSO_SIGNATURE_PUBLIC_KEY, settings.SSO_ENCRYPTION_PRIVATE_KEY = NEW.public_pem, NEW.encryption_key
    assert [is_signed_in(maker) for maker in (OLD, NEW, MIXED)] == [False, True, False]


def test_32_bytes_are_one_key_even_with_separators_in_them(db: None, settings: Any, cookies: CookieMaker) -> None:
    odd = CookieMaker(OLD.private_key, "a,b c" + "\n" * 2 + "d" * 25)
    check_sso_variables(signature_public_key=odd.public_pem, encryption_key=odd.encryption_key, dev_user_uuid="")
    settings.SSO_SIGNATURE_PUBLIC_KEY, settings.SSO_ENCRYPTION_PRIVATE_KEY = odd.public_pem, odd.encryption_key
    assert is_signed_in(odd)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"encryption_key": "k" * 32 + "\n" + "secret" * 5}, "SSO_ENCRYPTION_PRIVATE_KEY: key 2 of 2 has 30 bytes"),
        ({"encryption_key": "k" * 32 + "," + "k" * 32}, "SSO_ENCRYPTION_PRIVATE_KEY: contains the same key twice"),
        (
            {"encryption_key": "\n".join(letter * 32 for letter in "abcdef")},
            "SSO_ENCRYPTION_PRIVATE_KEY: contains 6 keys, but at most 5 are tried",
        ),
        (
            {"signature_public_key": OLD.public_pem + "secret"},
            "SSO_SIGNATURE_PUBLIC_KEY: key 2 of 2 is not a PEM from",
        ),
        ({"signature_public_key": OLD.public_pem * 2}, "SSO_SIGNATURE_PUBLIC_KEY: contains the same key twice"),
        ({"signature_public_key": NEW.public_pem.removesuffix("-----\n")}, "SSO_SIGNATURE_PUBLIC_KEY: is not a PEM"),
    ],
)
def test_wrong_lists_of_keys_are_explained_without_showing_a_key(change: dict[str, str], message: str) -> None:
    good = {"signature_public_key": OLD.public_pem, "encryption_key": OLD.encryption_key, "dev_user_uuid": ""}
    with pytest.raises(ImproperlyConfigured, match=f"^{message}") as caught:
        check_sso_variables(**{**good, **change})
    assert "secret" not in str(caught.value)


def test_the_check_command_counts_the_keys_in_the_environment() -> None:
    variables = {
        "SSO_SIGNATURE_PUBLIC_KEY": (OLD.public_pem + NEW.public_pem).replace("\n", "\\n"),
        "SSO_ENCRYPTION_PRIVATE_KEY": OLD.encryption_key,
        "SECRET_KEY_FALLBACKS": "short, " + "k" * 50,
    }
    usual = {"SFAPI_ENV_FILE": "", "SECRET_KEY": "s" * 50, "DATABASE_URL": "postgresql://u@localhost/x", "DEBUG": "on"}
    process = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **usual, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    output = process.stdout + process.stderr
    assert "opened with 2 signature keys (RSA-2048, RSA-2048) and 1 encryption key (AES-256)" in output
    assert "SECRET_KEY_FALLBACKS[0]" in output


def test_a_session_of_the_admin_outlives_a_change_of_the_secret_key(db: None, settings: Any) -> None:
    staff = Client()
    staff.force_login(User.objects.create_superuser("admin"))
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    settings.SECRET_KEY_FALLBACKS = [before]
    assert staff.get("/admin/").status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert staff.get("/admin/").status_code == 200  # the request above signed the session with the new key
    settings.SECRET_KEY = "a third one" * 10
    assert staff.get("/admin/").status_code == 302


# -- API keys ---------------------------------------------------------------------------------------------------------


def rotate(*arguments: str) -> list[str]:
    output = StringIO()
    call_command("rotate_api_key", *arguments, stdout=output)
    return output.getvalue().splitlines()


def test_both_keys_work_until_the_overlap_is_over(db: None, cookies: CookieMaker) -> None:
    old = create_api_key(name="reports", scopes=[Scope.READ_BOOKS], rate="100/min")
    assert bearer(old.text).get("/api/v1/books").status_code == 200
    lines = rotate(old.public_id, "--overlap=12h", "--created-by=Ines")
    new = APIKey.objects.exclude(pk=old.pk).get()
    assert [bearer(key).get("/api/v1/books").status_code for key in (old.text, lines[-1])] == [200, 200]
    assert (new.name, new.scopes, new.rate, new.created_by) == ("reports", ["read:books"], "100/min", "Ines")
    old.refresh_from_db()
    assert old.last_used_at is not None
    assert old.expires_at is not None
    assert f"{old.public_id} (last used {old.last_used_at:%Y-%m-%d %H:%M} UTC)" in lines[0]
    assert abs(old.expires_at - timezone.now() - timedelta(hours=12)) < timedelta(minutes=1)
    APIKey.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    assert [bearer(key).get("/api/v1/books").status_code for key in (old.text, lines[-1])] == [401, 200]


def test_the_old_key_stops_at_once_without_an_overlap(db: None, cookies: CookieMaker) -> None:
    old = create_api_key(name="reports", scopes=[Scope.READ_BOOKS])
    key = rotate(old.public_id, "--overlap=0d")[-1]
    assert [bearer(each).get("/api/v1/books").status_code for each in (old.text, key)] == [401, 200]


def test_the_new_key_counts_as_the_same_service(db: None, cookies: CookieMaker, simulator: Simulator) -> None:
    old = create_api_key(name="reports", scopes=[Scope.WRITE_CASES], rate="3/min")
    once: dict[str, Any] = {"content_type": "application/json", "headers": {"Idempotency-Key": "once"}}
    made = bearer(old.text).post("/api/v1/case", CASE, **once)
    second = rotate(old.public_id)[-1]
    third = rotate(APIKey.objects.latest("created_at").public_id)[-1]
    again = bearer(third).post("/api/v1/case", CASE, **once)
    assert (again.json()["id"], bearer(second).get(made["Location"]).status_code) == (made.json()["id"], 200)
    assert bearer(old.text).get(made["Location"]).status_code == 429  # the fourth call of one service


def test_a_new_key_gets_the_lifetime_of_the_old_key_unless_a_lifetime_is_given(db: None) -> None:
    old = create_api_key(name="reports", scopes=[Scope.READ_BOOKS], expires_in=timedelta(days=2))
    rotate(old.public_id)
    rotate(old.public_id, "--expires-days=90")
    usual, longer = [key.expires_at for key in APIKey.objects.exclude(pk=old.pk).order_by("created_at")]
    assert usual is not None
    assert longer is not None
    assert abs(usual - timezone.now() - timedelta(days=2)) < timedelta(minutes=1)
    assert abs(longer - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)
    old.refresh_from_db()
    assert old.expires_at is not None
    assert old.expires_at < timezone.now() + timedelta(days=2)


@pytest.mark.parametrize("lifetime", [None, timedelta(days=400)])
def test_the_new_keys_of_two_rotations_get_the_whole_lifetime_of_the_old_key(
    db: None, lifetime: timedelta | None
) -> None:
    """The first rotation makes the old key expire sooner. This must not shorten the life of the second new key."""
    old = create_api_key(name="reports", scopes=[Scope.READ_BOOKS], expires_in=lifetime)
    rotate(old.public_id)
    rotate(old.public_id)
    for key in APIKey.objects.exclude(pk=old.pk):
        days = key.expires_at and round((key.expires_at - timezone.now()) / timedelta(days=1))
        assert days == (lifetime and lifetime.days)


def test_wrong_arguments_are_explained_and_make_no_key(db: None) -> None:
    old = create_api_key(name="reports", scopes=[Scope.READ_BOOKS])
    for arguments, message in (
        (["nothing"], "no API key 'nothing'"),
        ([old.public_id, "--overlap=a week"], "--overlap: 'a week' is not a time such as 7d or 12h"),
        ([old.public_id, "--expires-days=0"], "1 to 36500"),
    ):
        with pytest.raises(CommandError, match=message):
            rotate(*arguments)
    revoke_api_key(old.public_id)
    with pytest.raises(CommandError, match="is revoked; make a new one"):
        rotate(old.public_id)
    assert APIKey.objects.count() == 1
