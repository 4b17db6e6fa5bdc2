"""The store: writes by Salesforce's rules, the recycle bin, snapshots, versions and reset."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.pubsub.events import Change
from simulator.store import RecordError, SoqlError, Store, StoreBusyError

AS_OF = datetime(2026, 10, 1, tzinfo=UTC)
NOW = datetime(2026, 10, 5, 12, 30, 15, 987_654, tzinfo=UTC)
STAMP = "2026-10-05T12:30:15.000Z"


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("store")
    with Store.open(folder, schools=50, as_of=AS_OF, clock=lambda: NOW) as store:
        yield store


@pytest.fixture
def store(shared_store: Store) -> Store:
    shared_store.reset()
    return shared_store


def ids(store: Store, soql: str, **options: Any) -> list[str]:
    return [row[0] for row in store.query(soql, **options).rows]


def count(store: Store, soql: str, **options: Any) -> int:
    return store.query(soql, **options).total


def refusal(action: Any, *arguments: Any, **options: Any) -> RecordError:
    with pytest.raises(RecordError) as caught:
        action(*arguments, **options)
    return caught.value


# -- creating ---------------------------------------------------------------------------------------------


def test_creating_a_record_sets_its_id_and_stamps_and_defaults_and_number(store: Store) -> None:
    record_id = store.create("Case", {"Subject": "Cannot log in", "product__c": "Accounts"})
    record = store.get("case", record_id[:15])
    assert record is not None
    assert record["Id"] == record_id
    assert record_id.startswith("500")
    assert record["CreatedDate"] == record["SystemModstamp"] == STAMP
    assert (record["Status"], record["CaseNumber"], record["IsClosed"]) == ("New", "00000001", False)
    assert record["Product__c"] == "Accounts"


def test_fields_derived_from_other_fields_are_set(store: Store) -> None:
    opportunity = store.create("Opportunity", {"Name": "x", "StageName": "Committed", "CloseDate": "2027-02-03"})
    record = store.get("Opportunity", opportunity)
    assert record is not None
    assert (record["Probability"], record["IsClosed"], record["FiscalYear"], record["Fiscal"]) == (
        75.0,
        False,
        2027,
        "2027 1",
    )
    store.update("Opportunity", opportunity, {"StageName": "Closed Lost"})
    record = store.get("Opportunity", opportunity)
    assert record is not None
    assert (record["Probability"], record["IsClosed"], record["IsWon"]) == (0.0, True, False)


def test_numbers_are_rounded_half_up_to_the_decimals_of_their_field(store: Store) -> None:
    adoption = store.create("Adoption__c", {"Students__c": "2.5", "Savings__c": 1.005})
    record = store.get("Adoption__c", adoption)
    assert record is not None
    assert (record["Students__c"], record["Savings__c"]) == (3.0, 1.01)


def test_an_empty_string_is_stored_as_null(store: Store) -> None:
    contact = store.create("Contact", {"LastName": "Probe", "FirstName": "", "Phone": ""})
    record = store.get("Contact", contact)
    assert record is not None
    assert (record["FirstName"], record["Phone"], record["Name"]) == (None, None, "Probe")


@pytest.mark.parametrize(
    ("sobject", "values", "code", "fields"),
    [
        ("Contact", {"FirstName": "A"}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ("Case", {"Subject": "x" * 256}, "STRING_TOO_LONG", ["Subject"]),
        ("Case", {"Product__c": "Cheese"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Product__c"]),
        ("Case", {"Colour__c": "red"}, "INVALID_FIELD", []),
        ("Case", {"CreatedDate": STAMP}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"]),
        ("Contact", {"LastName": "x", "Email": "nobody"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ("Contact", {"LastName": "x", "AccountId": "abc"}, "MALFORMED_ID", ["AccountId"]),
        ("Contact", {"LastName": "x", "AccountId": "003Hs0000010000"}, "MALFORMED_ID", ["AccountId"]),
        ("Contact", {"LastName": "x", "AccountId": "001Hs00000zzzzz"}, "INVALID_CROSS_REFERENCE_KEY", ["AccountId"]),
        ("Contact", {"LastName": "x", "Signup_Date__c": "soon"}, "INVALID_TYPE_ON_FIELD_IN_RECORD", ["Signup_Date__c"]),
        ("Contact", {"LastName": ["x"]}, "INVALID_TYPE_ON_FIELD_IN_RECORD", ["LastName"]),
        ("Adoption__c", {"Base_Year__c": 20261}, "NUMBER_OUTSIDE_VALID_RANGE", ["Base_Year__c"]),
        ("Adoption__c", {"Students__c": float("nan")}, "NUMBER_OUTSIDE_VALID_RANGE", ["Students__c"]),
        ("Adoption__c", {"Students__c": "many"}, "INVALID_TYPE_ON_FIELD_IN_RECORD", ["Students__c"]),
        ("User", {"LastName": "x"}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", []),
        ("Nothing__c", {}, "NOT_FOUND", []),
    ],
)
def test_values_that_salesforce_refuses_are_refused(
    store: Store, sobject: str, values: dict[str, Any], code: str, fields: list[str]
) -> None:
    version = store.version
    error = refusal(store.create, sobject, values)
    assert (error.code, error.fields) == (code, fields)
    assert store.version == version


def test_a_second_contact_with_the_same_email_is_refused_unless_duplicates_are_allowed(store: Store) -> None:
    store.create("Contact", {"LastName": "Mercer", "Email": "é.mercer@mail.example"})
    again = {"LastName": "Mercer", "Email": "É.Mercer@MAIL.example"}
    assert refusal(store.create, "Contact", again).code == "DUPLICATES_DETECTED"
    assert store.create("Contact", again, allow_duplicates=True)


def test_a_unique_field_is_unique_also_on_update(store: Store) -> None:
    first = store.create("Case", {"SFAPI_Id__c": "one"})
    second = store.create("Case", {"SFAPI_Id__c": "two"})
    assert refusal(store.create, "Case", {"SFAPI_Id__c": "ONE"}).code == "DUPLICATE_VALUE"
    assert refusal(store.update, "Case", second, {"SFAPI_Id__c": "one"}).code == "DUPLICATE_VALUE"
    store.update("Case", first, {"SFAPI_Id__c": "one"})
    assert store.find("Case", "SFAPI_Id__c", "Two") == [second]


# -- changing ---------------------------------------------------------------------------------------------


def test_an_update_changes_only_the_given_fields_and_the_stamps(store: Store) -> None:
    account = ids(store, "SELECT Id FROM Account LIMIT 1")[0]
    before = store.get("Account", account)
    store.update("Account", account, {"BillingCity": "Elsewhere"})
    after = store.get("Account", account)
    assert before is not None
    assert after is not None
    changed = {name for name in after if after[name] != before[name]}
    assert {"BillingCity", "SystemModstamp", "LastModifiedDate"} <= changed
    assert changed <= {"BillingCity", "SystemModstamp", "LastModifiedDate", "LastModifiedById"}


def test_a_required_field_cannot_be_emptied(store: Store) -> None:
    contact = ids(store, "SELECT Id FROM Contact LIMIT 1")[0]
    assert refusal(store.update, "Contact", contact, {"LastName": ""}).code == "REQUIRED_FIELD_MISSING"


def test_raw_values_skip_all_checks_and_can_leave_the_stamp_unchanged(store: Store) -> None:
    account, before = next(store.query("SELECT Id, SystemModstamp FROM Account LIMIT 1").rows)
    store.patch_raw("Account", account, {"Name": "a\0b", "Assignments_Created__c": 10**30}, touch=False)
    record = store.get("Account", account)
    assert record is not None
    assert (record["Name"], record["Assignments_Created__c"]) == ("a\0b", 1e30)
    assert record["SystemModstamp"] == before
    store.patch_raw("Account", account, {"LastActivityDate": "0001-01-01"}, touch=True)
    record = store.get("Account", account)
    assert record is not None
    assert (record["LastActivityDate"], record["SystemModstamp"]) == ("0001-01-01", STAMP)


# -- the recycle bin --------------------------------------------------------------------------------------


def test_deleting_hides_a_record_and_clears_its_childrens_lookup_fields(store: Store) -> None:
    account = ids(store, "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact) LIMIT 1")[0]
    contacts = ids(store, f"SELECT Id FROM Contact WHERE AccountId = '{account}'")
    assert contacts
    store.delete("Account", account)
    assert count(store, f"SELECT COUNT() FROM Account WHERE Id = '{account}'") == 0
    assert count(store, f"SELECT COUNT() FROM Account WHERE Id = '{account}'", include_deleted=True) == 1
    child = store.get("Contact", contacts[0])
    assert child is not None
    assert (child["AccountId"], child["SystemModstamp"]) == (None, STAMP)
    assert refusal(store.update, "Account", account, {"Name": "x"}).code == "ENTITY_IS_DELETED"
    assert refusal(store.delete, "Account", account).code == "ENTITY_IS_DELETED"
    window = (NOW.replace(microsecond=0), NOW + timedelta(seconds=1))
    assert (account, STAMP) in store.deleted("Account", *window)
    assert contacts[0] in store.updated("Contact", *window)


def test_members_are_deleted_with_their_campaign(store: Store) -> None:
    campaign, members = next(store.query("SELECT CampaignId, COUNT(Id) n FROM CampaignMember GROUP BY CampaignId").rows)
    store.delete("Campaign", campaign)
    where = f"WHERE CampaignId = '{campaign}'"
    assert count(store, f"SELECT COUNT() FROM CampaignMember {where}") == 0
    assert count(store, f"SELECT COUNT() FROM CampaignMember {where}", include_deleted=True) == members


def test_an_undeleted_record_can_be_queried_again(store: Store) -> None:
    contact = ids(store, "SELECT Id FROM Contact LIMIT 1")[0]
    assert refusal(store.undelete, "Contact", contact).code == "UNDELETE_FAILED"
    store.delete("Contact", contact)
    store.undelete("Contact", contact)
    assert ids(store, f"SELECT Id FROM Contact WHERE Id = '{contact}'") == [contact]


def test_a_purge_reports_the_children_that_are_deleted_with_the_record(store: Store) -> None:
    contact = ids(store, "SELECT ContactId FROM CampaignMember WHERE ContactId != null LIMIT 1")[0]
    members = set(ids(store, f"SELECT Id FROM CampaignMember WHERE ContactId = '{contact}'"))
    changes: list[Change] = []
    store.on_changes(changes.extend)
    try:
        store.purge("Contact", contact)
    finally:
        store.on_changes(lambda _: None)
    deleted = {(change.sobject, *change.ids) for change in changes if change.kind == "DELETE"}
    assert {("Contact", contact)} | {("CampaignMember", member) for member in members} <= deleted


def test_a_purge_from_the_recycle_bin_reports_no_change(store: Store) -> None:
    case = store.create("Case", {"Subject": "x"})
    store.delete("Case", case)
    changes: list[Change] = []
    store.on_changes(changes.extend)
    try:
        store.purge("Case", case)
    finally:
        store.on_changes(lambda _: None)
    assert changes == []


def test_a_purged_record_is_removed_and_its_id_is_not_used_again(store: Store) -> None:
    case = store.create("Case", {"Subject": "x"})
    store.purge("Case", case)
    assert store.get("Case", case) is None
    assert count(store, "SELECT COUNT() FROM Case", include_deleted=True) == 0
    assert store.create("Case", {"Subject": "y"}) != case


def test_a_merge_gives_the_children_to_the_master(store: Store) -> None:
    master, loser = ids(store, "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact) LIMIT 2")
    children = ids(store, f"SELECT Id FROM Contact WHERE AccountId IN ('{master}', '{loser}')")
    store.merge("Account", master, [loser])
    assert ids(store, f"SELECT Id FROM Contact WHERE AccountId = '{master}'") == children
    merged = store.get("Account", loser)
    assert merged is not None
    assert (merged["IsDeleted"], merged["MasterRecordId"], merged["SystemModstamp"]) == (True, master, STAMP)


def test_a_merge_that_names_a_loser_twice_gives_one_deletion(store: Store) -> None:
    master, loser = ids(store, "SELECT Id FROM Account LIMIT 2")
    changes: list[Change] = []
    store.on_changes(changes.extend)
    try:
        store.merge("Account", master, [loser, loser[:15]])
    finally:
        store.on_changes(lambda _: None)
    assert [(each.kind, each.ids) for each in changes] == [("DELETE", (loser,)), ("UPDATE", (master,))]


def test_an_invalid_merge_is_refused(store: Store) -> None:
    one, two = ids(store, "SELECT Id FROM Account LIMIT 2")
    book = ids(store, "SELECT Id FROM Book__c LIMIT 1")[0]
    assert refusal(store.merge, "Account", one, [one]).code == "INVALID_FIELD"
    assert refusal(store.merge, "Account", one, []).code == "INVALID_FIELD"
    assert refusal(store.merge, "Book__c", book, [book]).code == "INVALID_TYPE"
    store.delete("Account", two)
    assert refusal(store.merge, "Account", one, [two]).code == "ENTITY_IS_DELETED"


# -- hidden fields ----------------------------------------------------------------------------------------


def test_a_hidden_field_is_unknown_until_it_is_shown(store: Store) -> None:
    account = ids(store, "SELECT Id FROM Account LIMIT 1")[0]
    store.hide_field("Account", "lms__c")
    assert store.hidden_fields("Account") == {"LMS__c"}
    with pytest.raises(SoqlError, match="No such column 'LMS__c'"):
        store.query("SELECT LMS__c FROM Account")
    with pytest.raises(SoqlError, match="No such column"):
        store.query("SELECT Id FROM Contact WHERE Account.LMS__c = null")
    record = store.get("Account", account)
    assert record is not None
    assert "LMS__c" not in record
    assert refusal(store.update, "Account", account, {"LMS__c": "Canvas"}).code == "INVALID_FIELD"
    store.show_field("Account", "LMS__c")
    assert store.query("SELECT LMS__c FROM Account").total == 50


# -- the whole store --------------------------------------------------------------------------------------


def test_a_reset_restores_everything(store: Store) -> None:
    everything = list(store.query("SELECT FIELDS(ALL) FROM Account LIMIT 200", include_deleted=True).rows)
    first, second = ids(store, "SELECT Id FROM Account LIMIT 2")
    store.update("Account", first, {"Name": "changed"})
    store.purge("Account", second)
    store.hide_field("Account", "Name")
    version = store.version
    store.reset()
    assert store.version > version
    assert everything == list(store.query("SELECT FIELDS(ALL) FROM Account LIMIT 200", include_deleted=True).rows)


def test_a_reset_of_unchanged_data_keeps_the_version(store: Store) -> None:
    version = store.version
    store.reset()
    assert store.version == version


def test_a_query_shows_the_data_as_of_its_start(store: Store) -> None:
    result = store.query("SELECT Id FROM Adoption__c")
    rows = iter(result.rows)
    first = next(rows)
    for record_id in ids(store, "SELECT Id FROM Adoption__c LIMIT 5"):
        store.delete("Adoption__c", record_id)
    store.reset()
    assert 1 + len(list(rows)) == result.total
    assert first


def test_queries_that_are_not_read_to_the_end_do_not_block_others(store: Store) -> None:
    for _ in range(50):
        next(store.query("SELECT Id FROM Adoption__c").rows)
        store.query("SELECT Id FROM Adoption__c")
    store.create("Case", {"Subject": "x"})
    assert count(store, "SELECT COUNT() FROM Case") == 1


def test_an_exception_undoes_all_of_a_transaction(store: Store) -> None:
    version = store.version

    def fail_half_way() -> None:
        with store.writing():
            store.create("Case", {"Subject": "x"})
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    assert count(store, "SELECT COUNT() FROM Case") == 0
    assert store.version == version


def test_many_threads_read_while_others_write(store: Store) -> None:
    errors: list[BaseException] = []

    def guarded(action: Any) -> None:
        try:
            for _ in range(20):
                action()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)

    def read() -> None:
        result = store.query("SELECT Id, Opportunity__r.Name FROM Adoption__c")
        assert len(list(result.rows)) == result.total

    def write() -> None:
        store.delete("Adoption__c", store.create("Adoption__c", {"Students__c": 3}))

    threads = [threading.Thread(target=guarded, args=(action,)) for action in (read, read, read, write, write)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert count(store, "SELECT COUNT() FROM Adoption__c") == 300


def test_changes_are_kept_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    with Store.open(tmp_path, schools=50, as_of=AS_OF) as store:
        case = store.create("Case", {"Subject": "kept"})
        with pytest.raises(StoreBusyError, match="in use"):
            Store.open(tmp_path, schools=50)
    with Store.open(tmp_path, schools=50) as store:
        assert store.as_of == AS_OF
        assert store.get("Case", case) is not None
        store.reset()
        assert store.get("Case", case) is None
    with Store.open(tmp_path, schools=51) as store:
        assert count(store, "SELECT COUNT() FROM Account") == 51
