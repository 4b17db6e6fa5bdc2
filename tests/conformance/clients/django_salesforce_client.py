"""Call the simulator with django-salesforce, which is Django's ORM over SOQL.

django-salesforce sends ``Authorization: OAuth …``. It fails on an answer whose ``Sforce-Limit-Info`` header has a
second part. Salesforce's guide documents that part, so this is a limitation of the client. For this client, the
simulator sends only one part.
"""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

from tests.conformance.clients import calls
from tests.conformance.clients.calls import attempt, expect

settings.configure(
    INSTALLED_APPS=["salesforce"],
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        "salesforce": {
            "ENGINE": "salesforce.backend",
            "CONSUMER_KEY": calls.CLIENT_ID,
            "CONSUMER_SECRET": calls.CLIENT_SECRET,
            "USER": calls.USERNAME,
            "PASSWORD": calls.PASSWORD + calls.SECURITY_TOKEN,
            "HOST": calls.HOST,
        },
    },
    DATABASE_ROUTERS=["salesforce.router.ModelRouter"],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

from salesforce import models  # noqa: E402 (Django has to be set up first)


class Account(models.SalesforceModel):
    name = models.CharField(max_length=255, db_column="Name")

    class Meta:
        app_label = "salesforce"
        db_table = "Account"


class Contact(models.SalesforceModel):
    account = models.ForeignKey(Account, models.DO_NOTHING, db_column="AccountId", null=True)
    first_name = models.CharField(max_length=40, db_column="FirstName", null=True)
    last_name = models.CharField(max_length=80, db_column="LastName")
    created = models.DateTimeField(db_column="CreatedDate", sf_read_only=models.READ_ONLY)

    class Meta:
        app_label = "salesforce"
        db_table = "Contact"


def _read() -> None:
    attempt("login and count", lambda: f"{Account.objects.count()} schools")
    attempt("list", lambda: expect("two schools", len(list(Account.objects.order_by("name")[:2])) == 2))
    attempt("all pages", lambda: f"{len(list(Contact.objects.all()))} contacts")
    attempt("filter through a parent", _through_parent)
    attempt("filter by date", lambda: expect("contacts", Contact.objects.filter(created__year__gte=2000).exists()))
    attempt("values, annotate", _values)


def _through_parent() -> None:
    name = Contact.objects.exclude(account=None).select_related("account")[0].account.name
    expect("contacts of the school", Contact.objects.filter(account__name=name).count() > 0)


def _values() -> None:
    from django.db.models import Count

    counted = list(Contact.objects.values("account_id").annotate(many=Count("pk"))[:3])
    expect("groups", counted and all(group["many"] > 0 for group in counted))


def _write() -> Any:
    made = Contact(last_name="Conformance", account=Account.objects.all()[0])
    attempt("save a new record", lambda: (made.save(), expect("an id", made.pk.startswith("003")))[1])
    made.first_name = "Ada"
    attempt("save a change", made.save)
    attempt("get", lambda: expect("the change", Contact.objects.get(pk=made.pk).first_name == "Ada"))
    attempt("delete", made.delete)
    attempt("bulk_create and update (collections)", _bulk)


def _bulk() -> None:
    Contact.objects.bulk_create([Contact(last_name=f"Bulk {number}") for number in range(30)])
    contacts = Contact.objects.filter(last_name__startswith="Bulk ")
    expect("30 new contacts", contacts.count() >= 30)
    contacts.update(first_name="Changed")
    expect("30 changed contacts", Contact.objects.filter(first_name="Changed").count() >= 30)


calls.ask_simulator("/limits", {"more_parts": False})
_read()
_write()
calls.finish()
