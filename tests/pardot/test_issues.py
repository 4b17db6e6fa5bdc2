"""``/issues`` lists issues by cost, with owners, exemptions and tasks, and makes tasks for issues."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from pardot.configuration.values import set_value
from pardot.domain.issues import BY_KEY
from pardot.models import Form, Task
from pardot.planning.issue_tasks import add_issue_task
from pardot.scoring.issue_list import build_listed_issue
from pardot.scoring.scorecard import load_current_scorecard
from tests.api.conftest import anonymous, cookies, super_user, user  # noqa: F401 - fixtures
from tests.pardot.score_factories import exempt, finish_sync, form, mailing_list, mark_read, member, prospect, weigh
from tests.sf.processes import wait_for

# ruff: noqa: F811 - fixtures that are imported

pytestmark = pytest.mark.django_db

URL = "/api/v1/pardot/issues"


@pytest.fixture
def browser(super_user: Client) -> Client:
    """A client that sends the CSRF token, as pages do."""
    super_user.defaults["HTTP_X_CSRFTOKEN"] = super_user.get("/api/v1/me").json()["csrf_token"]
    return super_user


def get_issues(client: Client) -> dict[str, dict[str, Any]]:
    """Return the issues in the order of the answer."""
    answer = client.get(URL)
    assert answer.status_code == 200
    return {issue["key"]: issue for issue in answer.json()["issues"]}


def make(client: Client, key: str, **body: Any) -> Any:
    return client.post(f"{URL}/{key}/create-task", body, content_type="application/json")


def now() -> Any:
    """Return the current time. Endpoints use the real clock, so the data must have been read just now."""
    return timezone.now()


def test_issues_are_sorted_by_impact(browser: Client) -> None:
    """Forms lose 40 × .10 = 4.0 points. Lists lose 10 × .08 + 10 × .05 = 1.3, rounded to 1.

    The area of forms has the weight ln 41 = 3.713572, the area of lists ln 11 = 2.397895. The sum is 6.111467.
    """
    for _ in range(40):
        form()
    for _ in range(10):
        mailing_list(months_old=200, name="")
    mark_read("forms", "lists", until=now())
    finish_sync(now=now())
    weigh(forms_no_campaign=0.1, lists_unnamed=0.08, lists_stale_1y=0.05)
    issues = get_issues(browser)
    assert list(issues)[:3] == ["forms_no_campaign", "lists_unnamed", "lists_stale_1y"]
    # 4 × 3.713572 ÷ 6.111467; min(.8, 1) × 2.397895 ÷ 6.111467; min(.5, 1) × 2.397895 ÷ 6.111467
    assert [issue["impact"] for issue in issues.values()][:3] == [2.43, 0.31, 0.2]


def test_all_issues_are_listed_and_those_without_data_come_last(browser: Client) -> None:
    form()
    mark_read("forms", until=now())
    finish_sync(now=now())
    issues = get_issues(browser)
    assert set(issues) == set(BY_KEY)
    places = [issue["count"] is None for issue in issues.values()]
    assert places == sorted(places)
    assert (issues["lists_stale"]["count"], issues["lists_stale"]["impact"]) == (None, None)
    assert "–" in issues["lists_stale"]["title"]


def test_an_issue_has_its_texts_owner_and_counts(browser: Client) -> None:
    member("Ben Example", "lists")
    member("Ada Example", "forms", "lists")
    hidden = form()
    Form.objects.bulk_create(Form(id=100_000 + number) for number in range(1201))
    mark_read("forms", until=now())
    finish_sync(now=now())
    exempt(hidden)
    weigh(forms_no_campaign=0.01)
    text = {"title": "{count} forms to mend", "description": "Do it for {count}.", "priority": "low"}
    set_value("issue_templates", {"forms_no_campaign": text}, by="test")
    issue = get_issues(browser)["forms_no_campaign"]
    assert issue == {
        "key": "forms_no_campaign",
        "area": "forms",
        "flag": "no_campaign",
        "title": "1,201 forms to mend",
        "description": "Do it for 1,201.",
        "priority": "low",
        "count": 1201,
        "is_percentage": False,
        "exempt": 1,
        "weight": 0.01,
        "impact": 12.0,
        "oldest": str(now().date()),
        "owners": ["Ada Example"],
        "tasks": [],
    }


def test_a_percentage_has_decimals(browser: Client) -> None:
    prospect(), prospect(), prospect(linked=False)
    mark_read("prospects", until=now())
    finish_sync(now=now())
    issue = get_issues(browser)["prospects_unlinked_pct"]
    assert issue["count"] == pytest.approx(33.3, abs=0.05)
    assert "33.3" in issue["title"]


# -- tasks ------------------------------------------------------------------------------------------------------------


def test_a_task_goes_to_the_owner_of_the_area(browser: Client) -> None:
    member("Ben Example", "lists", order=1)
    member("Ada Example", "forms", order=2)
    form(), form()
    mark_read("forms", until=now())
    finish_sync(now=now())
    issue = get_issues(browser)["forms_no_campaign"]
    answer = make(browser, "forms_no_campaign")
    assert answer.status_code == 201
    made = answer.json()["task"]
    task = Task.objects.get()
    assert (made["id"], made["title"], made["assignee"]) == (task.pk, issue["title"], "Ada Example")
    assert (made["priority"], made["area"], made["issue"], made["status"]) == (
        "high", "forms", "forms_no_campaign", "open",
    )  # fmt: skip
    assert (task.description, task.due_date, task.created_by) == (issue["description"], None, made["created_by"])
    assert task.created_by
    assert get_issues(browser)["forms_no_campaign"]["tasks"] == [made]


def test_assignee_and_due_date_may_be_given(browser: Client) -> None:
    member("Ada Example", "forms")
    member("Ben Example")
    made = make(browser, "forms_errors", assignee="ben example", due_date="2026-12-24").json()["task"]
    assert (made["assignee"], made["due_date"]) == ("Ben Example", "2026-12-24")


def test_a_task_is_made_without_a_request_body_and_without_an_owner(browser: Client) -> None:
    answer = browser.post(f"{URL}/tags_unused/create-task", content_type="application/json")
    assert (answer.status_code, answer.json()["task"]["assignee"]) == (201, None)


def test_a_second_task_is_not_made_while_the_first_is_open(browser: Client) -> None:
    first = make(browser, "forms_errors").json()
    again = make(browser, "forms_errors", due_date="2026-12-24")
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert again.json()["task"] == first["task"]
    Task.objects.update(status="done")
    assert make(browser, "forms_errors").status_code == 201
    assert Task.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_task(browser: Client) -> None:
    def make_elsewhere() -> int:
        try:
            return int(make(browser, "forms_errors").status_code)
        finally:
            connection.close()

    def is_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
            return bool(cursor.fetchone()[0])

    card = load_current_scorecard()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            issue = build_listed_issue(card, card.issues["forms_errors"])
            first, created = add_issue_task(issue, assignee=None, due_date=None, created_by="test")
            second = pool.submit(make_elsewhere)
            wait_for(lambda: second.done() or is_waiting())
        assert (created, second.result()) == (True, 200)
    assert Task.objects.get() == first


def test_a_task_about_one_asset_is_listed_but_is_not_the_issues_task(browser: Client) -> None:
    Task.objects.create(title="This form", issue="forms_errors", asset_type="forms", asset_id=5)
    assert make(browser, "forms_errors").status_code == 201
    assert [task["asset_id"] for task in get_issues(browser)["forms_errors"]["tasks"]] == [None, 5]


def test_the_error_about_an_unknown_issue_lists_the_known_ones(browser: Client) -> None:
    answer = make(browser, "forms_missing")
    assert answer.status_code == 404
    assert "There is no issue forms_missing. Known: campaigns_no_sf, " in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"assignee": "Zoe Example"}, "No team member is called “Zoe Example”. The team: Ada Example."),
        ({"due_date": "tomorrow"}, "due_date"),
        ({"due_date": 5}, "due_date"),
        ({"assignee": 7}, "assignee"),
        ({"assignee": "  "}, "assignee"),
        ({"assignee": "A\0"}, "NUL"),
        ({"title": "Other"}, "title"),
    ],
)
def test_an_invalid_body_is_refused_with_the_reason_and_makes_nothing(
    browser: Client, body: dict[str, Any], message: str
) -> None:
    member("Ada Example")
    answer = make(browser, "forms_errors", **body)
    assert answer.status_code == 422
    assert message in answer.json()["message"]
    assert not Task.objects.exists()


def test_the_csrf_token_is_required(super_user: Client) -> None:
    assert make(super_user, "forms_errors").status_code == 403
    assert not Task.objects.exists()


def test_a_form_encoded_body_is_refused(browser: Client) -> None:
    assert browser.post(f"{URL}/forms_errors/create-task", {"due_date": "2026-12-24"}).status_code == 415
    assert not Task.objects.exists()


def test_the_number_of_queries_does_not_grow(browser: Client, django_assert_max_num_queries: Any) -> None:
    def assert_few_queries() -> None:
        # caller, summaries, exemptions (counts and ids), team, configuration, tasks, ledger of findings
        with django_assert_max_num_queries(8):
            assert browser.get(URL).status_code == 200

    assert_few_queries()
    for number in range(30):
        exempt(form())
        exempt(mailing_list(months_old=20), "lists_stale_1y", area="lists")
        Task.objects.create(title=str(number), issue="forms_errors", assignee=member(f"Person {number}", "forms"))
    mark_read("forms", "lists", until=now())
    finish_sync(now=now())
    assert_few_queries()
