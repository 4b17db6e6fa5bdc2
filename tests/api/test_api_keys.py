"""API keys and Super Users: the commands and the admin."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from api.auth.api_keys import create_api_key
from api.domain.keys import make_key, public_id_of
from api.domain.scopes import Scope
from api.models import APIKey, SuperUser, User
from tests.api.conftest import bearer
from tests.api.cookies import UUID

FORM = r"sfapi_[0-9A-Za-z]{8}_[0-9A-Za-z]{46}"


def run(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_create_api_key_prints_a_working_key_alone_on_the_last_line(db: None) -> None:
    output = run("create_api_key", "--name=reports", "--scopes=read:books, read:info", "--created-by=Ines")
    key = output.splitlines()[-1]
    assert re.fullmatch(FORM, key)
    assert bearer(key).get("/api/v1/books").status_code == 200
    row = APIKey.objects.get()
    assert (row.name, row.scopes, row.created_by) == ("reports", ["read:books", "read:info"], "Ines")
    assert row.expires_at is None


def test_no_part_of_the_secret_is_stored_or_listed(db: None) -> None:
    key = run("create_api_key", "--name=reports", "--scopes=read:books").splitlines()[-1]
    secret = key.split("_")[2]
    stored = str(APIKey.objects.values().get()) + run("list_api_keys")
    assert not any(secret[start : start + 6] in stored for start in range(len(secret) - 5))
    assert key.startswith(APIKey.objects.get().prefix)


def test_a_key_may_expire(db: None) -> None:
    run("create_api_key", "--name=reports", "--scopes=read:books", "--expires-days=3")
    expires_at = APIKey.objects.get().expires_at
    assert expires_at is not None
    assert abs(expires_at - timezone.now() - timedelta(days=3)) < timedelta(minutes=1)


def test_a_key_may_have_its_own_rate_limit(db: None, settings: Any) -> None:
    settings.SALESFORCE_API_RATE_LIMIT = "2/min"
    output = run("create_api_key", "--name=site", "--scopes=read:books", "--rate=4/min")
    assert "rate limit 4 requests a minute" in output
    own, common = (
        bearer(output.splitlines()[-1]),
        bearer(run("create_api_key", "--name=x", "--scopes=read:books")[-64:].split()[-1]),
    )
    assert [own.get("/api/v1/books").status_code for _ in range(5)] == [200] * 4 + [429]
    assert [common.get("/api/v1/books").status_code for _ in range(3)] == [200] * 2 + [429]
    assert own.get("/api/v1/books")["RateLimit-Policy"] == '"salesforce";q=4;w=60'
    assert "4/min" in run("list_api_keys")


@pytest.mark.parametrize("rate", ["lots", "0/min", "5/year", "5 / min", "00000007/min"])
def test_postgresql_refuses_an_invalid_rate_of_a_key(db: None, rate: str) -> None:
    key = create_api_key(name="site", scopes=[Scope.READ_BOOKS], rate="007/hour")
    with pytest.raises(IntegrityError), transaction.atomic():
        APIKey.objects.filter(pk=key.pk).update(rate=rate)
    assert bearer(key.text).get("/api/v1/books")["RateLimit-Policy"] == '"salesforce";q=7;w=3600'


def test_the_admin_sets_the_rate_of_a_key_and_refuses_an_invalid_rate(admin: Client) -> None:
    form = {"name": "site", "scopes": ["read:books"], "active": "on"}
    assert "is not a rate such as" in admin.post("/admin/api/apikey/add/", {**form, "rate": "lots"}).text
    admin.post("/admin/api/apikey/add/", {**form, "rate": "100/min"})
    assert APIKey.objects.get().rate == "100/min"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scopes=read:books,read:everything"], f"read:everything; the scopes are {', '.join(Scope)}"),
        (["--scopes="], "no scope given; the scopes are"),
        (["--scopes=read:books", "--expires-days=0"], "1 to 36500"),
        (["--scopes=read:books", "--name= "], "1 to 100"),
        (["--scopes=read:books", "--rate=many"], "--rate: 'many' is not a rate such as 5/min"),
        (["--scopes=read:books", "--rate=0/min"], "--rate: '0/min' is not a rate"),
    ],
)
def test_a_mistake_is_named_and_creates_no_key(db: None, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run("create_api_key", "--name=reports", *arguments)
    assert not APIKey.objects.exists()


def test_a_revoked_key_stops_working_at_once(db: None) -> None:
    key = create_api_key(name="reports", scopes=[Scope.READ_BOOKS])
    assert bearer(key.text).get("/api/v1/books").status_code == 200
    assert "reports" in run("revoke_api_key", key.public_id)
    assert bearer(key.text).get("/api/v1/books").status_code == 401
    assert "revoked" in run("list_api_keys")
    with pytest.raises(CommandError, match="no API key 'nothing'"):
        run("revoke_api_key", "nothing")


@pytest.mark.parametrize("command", ["revoke_api_key", "rotate_api_key"])
def test_a_key_that_is_given_instead_of_its_public_id_is_not_printed(db: None, command: str) -> None:
    key = create_api_key(name="reports", scopes=[Scope.READ_BOOKS])
    for text in (key.text, key.text.rpartition("_")[2]):
        with pytest.raises(CommandError, match="not the key itself") as refused:
            run(command, text)
        assert text[8:] not in str(refused.value)
        assert text[:12] not in str(refused.value)


def test_the_checksum_reveals_a_mistyped_key() -> None:
    key = make_key()
    assert public_id_of(key.text) == key.public_id
    for place in range(len("sfapi_"), len(key.text)):
        other = "b" if key.text[place] == "a" else "a"
        assert public_id_of(key.text[:place] + other + key.text[place + 1 :]) is None


def test_create_super_user_makes_or_reactivates_a_super_user(db: None) -> None:
    run("create_super_user", f"--uuid={UUID.upper()}", "--name=Ines Example")
    SuperUser.objects.update(active=False)
    run("create_super_user", f"--uuid={UUID}")
    row = SuperUser.objects.get()
    assert (str(row.accounts_uuid), row.name, row.active) == (UUID, "Ines Example", True)
    with pytest.raises(CommandError, match="is not a UUID"):
        run("create_super_user", "--uuid=ines")


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return client


def test_the_admin_makes_a_key_and_shows_it_once(admin: Client) -> None:
    form = {"name": "reports", "scopes": ["read:books", "write:cases"], "active": "on"}
    answer = admin.post("/admin/api/apikey/add/", form)
    match = re.search(FORM, answer.text)
    assert match
    assert "no-store" in answer["Cache-Control"]
    row = APIKey.objects.get()
    assert (row.created_by, row.scopes) == ("admin", ["read:books", "write:cases"])
    assert bearer(match[0]).get("/api/v1/books").status_code == 200
    for path in ("/admin/api/apikey/", f"/admin/api/apikey/{row.pk}/change/", f"/admin/api/apikey/{row.pk}/history/"):
        page = admin.get(path)
        assert page.status_code == 200
        assert not re.search(FORM, page.text)
        assert row.key_hash not in page.text


def test_the_admin_changes_and_revokes_a_key(admin: Client) -> None:
    key = create_api_key(name="reports", scopes=[Scope.READ_BOOKS])
    admin.post(f"/admin/api/apikey/{key.pk}/change/", {"name": "renamed", "scopes": ["read:info"], "active": "on"})
    changed = APIKey.objects.get()
    assert (changed.name, changed.scopes, changed.key_hash) == ("renamed", ["read:info"], key.key_hash)
    admin.post("/admin/api/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    assert APIKey.objects.get().active is False


def test_the_admin_refuses_unknown_scopes_and_an_expiry_in_the_past(admin: Client) -> None:
    past = {"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}
    changes: list[dict[str, Any]] = [{"scopes": ["read:everything"]}, {"scopes": []}, past]
    for change in changes:
        form = {"name": "reports", "scopes": ["read:books"], "active": "on", **change}
        assert "errorlist" in admin.post("/admin/api/apikey/add/", form).text
    assert not APIKey.objects.exists()


def test_the_admin_adds_and_lists_super_users(admin: Client) -> None:
    admin.post("/admin/api/superuser/add/", {"accounts_uuid": UUID, "name": "Ines Example", "active": "on"})
    assert str(SuperUser.objects.get().accounts_uuid) == UUID
    assert "Ines Example" in admin.get("/admin/api/superuser/").text
