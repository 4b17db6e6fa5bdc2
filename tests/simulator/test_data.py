"""The generated data: exact in number, the same every time, and as awkward as real data."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import schema
from simulator.data.counts import family
from simulator.schema.ids import is_id, make_id, to_18
from simulator.store import Store

AS_OF = datetime(2026, 10, 1, tzinfo=UTC)
SCHOOLS = 230
ROOT = Path(__file__).resolve().parents[2]
_DUMP = """
import hashlib, sys
from datetime import UTC, datetime
from pathlib import Path
from simulator import schema
from simulator.store import Store
with Store.open(Path(sys.argv[1]), schools=60, seed=int(sys.argv[2]), as_of=datetime(2026, 10, 1, tzinfo=UTC)) as store:
    digest = hashlib.sha256()
    for name in schema.SOBJECTS:
        for row in store.connection().execute(f'SELECT * FROM "{name}" ORDER BY "Id"'):
            digest.update(repr(row).encode())
    print(digest.hexdigest())
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store.open(tmp_path_factory.mktemp("data"), schools=SCHOOLS, as_of=AS_OF) as store:
        yield store


def count(store: Store, sobject: str, where: str = "", *, include_deleted: bool = False) -> int:
    condition = f" WHERE {where}" if where else ""
    return store.query(f"SELECT COUNT() FROM {sobject}{condition}", include_deleted=include_deleted).total


@given(st.integers(min_value=1, max_value=400))
def test_the_numbers_are_exact_for_any_number_of_schools(schools: int) -> None:
    contacts, opportunities, adoptions = (
        sum(column) for column in zip(*(family(index, schools) for index in range(schools)), strict=True)
    )
    assert (contacts, opportunities, adoptions) == ((27 * schools + 5) // 10, 4 * schools, 6 * schools)


def test_every_object_has_its_number_of_records(store: Store) -> None:
    assert count(store, "Account") == SCHOOLS
    assert count(store, "Contact", "FV_Status__c != null AND Accounts_UUID__c != null") == 621
    assert count(store, "Contact") - 621 == 62
    assert count(store, "Opportunity") == 4 * SCHOOLS
    assert count(store, "Adoption__c") == 6 * SCHOOLS
    assert count(store, "Book__c", "Active__c = true") >= 60
    assert count(store, "Book__c", "Active__c = false") > 0
    assert count(store, "Case", include_deleted=True) == 0
    for sobject in ("Lead", "Campaign", "CampaignMember", "pi__Category_Lead_Score__c", "User", "RecordType"):
        assert count(store, sobject) > 0


@pytest.mark.parametrize("hash_seed", ["0", "77"])
def test_equal_arguments_give_equal_data_whatever_the_hash_seed(tmp_path: Path, hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}

    def dump(folder: str, seed: int) -> bytes:
        command = [sys.executable, "-c", _DUMP, str(tmp_path / folder), str(seed)]
        return subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True).stdout

    reference = hashlib.sha256()
    with Store.open(tmp_path / "here", schools=60, as_of=AS_OF) as store:
        for name in schema.SOBJECTS:
            for row in store.connection().execute(f'SELECT * FROM "{name}" ORDER BY "Id"'):
                reference.update(repr(row).encode())
    assert dump("there", 1).decode().strip() == reference.hexdigest()
    assert dump("other", 2).decode().strip() != reference.hexdigest()


@pytest.mark.parametrize("sobject", [name for name in schema.SOBJECTS if name != "Case"])
def test_every_record_follows_the_schema(store: Store, sobject: str) -> None:
    declared = schema.SOBJECTS[sobject]
    cursor = store.connection().execute(f'SELECT * FROM "{sobject}"')
    names = [column[0] for column in cursor.description]
    for values in cursor:
        record = dict(zip(names, values, strict=True))
        assert is_id(record["Id"])
        assert record["Id"][:3] == declared.prefix
        assert record["SystemModstamp"] >= record["LastModifiedDate"] >= record["CreatedDate"]
        for field in declared.fields:
            value = record[field.name]
            if value is None:
                assert field.nillable, field.name
            elif field.length:
                assert len(value) <= field.length, field.name
            if field.restricted and value is not None:
                assert value in field.values


def test_ids_of_15_characters_get_the_ending_that_salesforce_gives_them() -> None:
    assert to_18("001D000000IqhSL") == "001D000000IqhSLIAZ"
    assert is_id("001D000000IqhSLIAZ")
    assert not is_id("001D000000IqhSLIAA")


@given(st.integers(min_value=0, max_value=62**9), st.integers(min_value=0, max_value=62**9))
def test_ids_sort_like_their_serial_numbers(one: int, other: int) -> None:
    assert is_id(make_id("003", one))
    assert (make_id("003", one) < make_id("003", other)) == (one < other)


def test_the_recycle_bin_contains_records_deleted_within_15_days(store: Store) -> None:
    for sobject in ("Account", "Contact", "Opportunity", "Adoption__c", "Lead"):
        deleted = store.query(f"SELECT SystemModstamp FROM {sobject} WHERE IsDeleted = true", include_deleted=True)
        stamps = [row[0] for row in deleted.rows]
        assert stamps
        assert min(stamps) > "2026-09-16"
        assert max(stamps) < "2026-10-01"
    assert count(store, "Account", "MasterRecordId != null", include_deleted=True) > 0
    assert count(store, "Contact", "MasterRecordId != null", include_deleted=True) > 0


def test_some_records_have_lost_their_parent_and_some_share_a_uuid(store: Store) -> None:
    assert count(store, "Adoption__c", "Opportunity__c != null AND Opportunity__r.Id = null") > 0
    assert count(store, "Contact", "AccountId != null AND Account.Id = null") > 0
    assert count(store, "Contact", "Accounts_UUID__c = null") > 0
    shared = store.query(
        "SELECT Accounts_UUID__c FROM Contact WHERE Accounts_UUID__c != null"
        " GROUP BY Accounts_UUID__c HAVING COUNT(Id) > 1"
    )
    assert shared.total > 0


def test_text_is_as_awkward_as_real_text(store: Store) -> None:
    texts = [str(row[0]) for row in store.query("SELECT Description FROM Opportunity").rows if row[0]]
    together = "".join(texts)
    for piece in ("\n", "\r\n", '"', ",", "'", "\\", "📚", "ע", "ي", "¿", "&amp;"):
        assert piece in together, piece
    assert max(map(len, texts)) > 8_000
    names = "".join(row[0] for row in store.query("SELECT Name FROM Contact").rows)
    assert "'" in names
    assert any(letter in names for letter in "éøłñß")


def test_many_records_share_a_stamp_and_some_numbers_are_zero_negative_or_missing(store: Store) -> None:
    stamps = [row[0] for row in store.query("SELECT SystemModstamp FROM Adoption__c").rows]
    assert len(set(stamps)) < 0.9 * len(stamps)
    assert all(stamp.endswith(".000Z") for stamp in stamps)
    assert count(store, "Adoption__c", "Students__c = 0") > 0
    assert count(store, "Adoption__c", "Students__c = null") > 0
    assert count(store, "Adoption__c", "Savings__c < 0") > 0
    year = next(store.query("SELECT Base_Year__c FROM Adoption__c LIMIT 1").rows)[0]
    assert isinstance(year, float)
