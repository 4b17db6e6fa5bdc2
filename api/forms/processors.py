"""Declare the form types: the schema of their data, and the function that makes a case from a form.

A new type needs only a schema of its data and a function with ``@processor("name", Schema)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from ninja import Field, Schema
from pydantic import AfterValidator, ConfigDict, StringConstraints, ValidationError, WithJsonSchema

from api.http.errors import Unprocessable
from api.http.fields import PlainText
from api.http.refusal_words import describe_error

MOST_VALUES = 40
"""The largest number of values in a form."""
MOST_CHARACTERS = 64
"""The greatest length of a value's name."""
SUBJECT_LENGTH = 255
"""The greatest length of Salesforce's ``Subject``."""

Data = TypeVar("Data", bound=Schema)
CaseValues = dict[str, str]
"""Values by Salesforce's field names."""


def _require_email(text: str) -> str:
    try:
        validate_email(text)
    except DjangoValidationError:
        raise ValueError("This is not an email address") from None
    return text


Email = Annotated[
    PlainText,
    StringConstraints(max_length=80),
    AfterValidator(_require_email),
    WithJsonSchema({"type": "string", "format": "email", "maxLength": 80}),
]
Line = Annotated[PlainText, StringConstraints(max_length=255)]
Paragraphs = Annotated[PlainText, StringConstraints(min_length=1, max_length=10_000)]
PersonName = Annotated[PlainText, StringConstraints(max_length=80)]


class Sender(Schema):
    """The person who filled in the form. Every field is optional."""

    # Pages may send fields that the processor does not know yet. They are stored, but not sent to Salesforce.
    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"maxProperties": MOST_VALUES, "propertyNames": {"maxLength": MOST_CHARACTERS}},
    )

    name: PersonName | None = Field(
        None, description="The sender's full name. It wins over `first_name` and `last_name`."
    )
    first_name: PersonName | None = Field(None, description="The sender's given name; ignored if `name` is given.")
    last_name: PersonName | None = Field(None, description="The sender's family name; ignored if `name` is given.")
    email: Email | None = Field(None, description="The sender's email address, for a reply.")
    phone: Line | None = Field(None, description="The sender's telephone number.")
    school: Line | None = Field(None, description="The name of the sender's school.")
    role: Line | None = Field(None, description="The sender's role at the school.")

    def case_values(self, *, subject: str, description: str) -> CaseValues:
        """Return the values of a case from this person. The description ends with phone, school and role."""
        name = self.name or " ".join(part for part in (self.first_name, self.last_name) if part)
        more = {"Phone": self.phone, "School": self.school, "Role": self.role}
        lines = [f"{title}: {value}" for title, value in more.items() if value]
        return _without_empty(
            Subject=subject[:SUBJECT_LENGTH],
            Description="\n\n".join(part for part in (description, "\n".join(lines)) if part),
            SuppliedName=name[:80],
            SuppliedEmail=self.email,
            Origin="Web",
        )


def _without_empty(**values: str | None) -> CaseValues:
    return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Processor:
    """One type of form."""

    data: type[Schema]
    case_values: Callable[[Any], CaseValues]


_PROCESSORS: dict[str, Processor] = {}


def processor(
    form_type: str, data: type[Data]
) -> Callable[[Callable[[Data], CaseValues]], Callable[[Data], CaseValues]]:
    """Declare the function that turns forms of this type, with data of this schema, into cases."""

    def declare(function: Callable[[Data], CaseValues]) -> Callable[[Data], CaseValues]:
        _PROCESSORS[form_type] = Processor(data, function)
        return function

    return declare


def list_form_types() -> list[str]:
    return sorted(_PROCESSORS)


def list_data_schemas() -> dict[str, type[Schema]]:
    """Return the schema of each type's data."""
    return {name: _PROCESSORS[name].data for name in list_form_types()}


def case_values_of(form_type: str, data: Mapping[str, Any]) -> CaseValues:
    """Return the values of a form's case. Raises ``Unprocessable`` for an unknown type or invalid data."""
    form = _PROCESSORS.get(form_type)
    if form is None:
        message = f"Unknown form type; the types are {', '.join(list_form_types())}"
        raise Unprocessable(f"{message}.", errors=[{"loc": ["body", "form_type"], "message": message}])
    try:
        return form.case_values(form.data.model_validate(dict(data)))
    except ValidationError as error:
        errors = [{"loc": ["body", "data", *each["loc"]], "message": describe_error(each)} for each in error.errors()]
        where = ".".join(str(part) for part in errors[0]["loc"][1:])
        raise Unprocessable(f"The form is not valid: {where}: {errors[0]['message']}.", errors=errors) from error


# -- the types --------------------------------------------------------------------------------------------------------


class WebToCase(Sender):
    subject: Annotated[PlainText, StringConstraints(min_length=1, max_length=SUBJECT_LENGTH)] = Field(
        description="The subject of the case."
    )
    description: Paragraphs = Field(description="The problem, in plain text.")
    product: Line | None = Field(None, description="The product, a value of Salesforce's picklist `Case.Product__c`.")
    feature: Line | None = Field(
        None, description="The feature of the product, a value of Salesforce's picklist `Case.Feature__c`."
    )
    issue: Line | None = Field(None, description="The kind of issue, a value of Salesforce's picklist `Case.Issue__c`.")


@processor("web_to_case", WebToCase)
def web_to_case(form: WebToCase) -> CaseValues:
    """Make a case from a support form: the fields of ``POST /case``, and the sender."""
    picklist_values = _without_empty(Product__c=form.product, Feature__c=form.feature, Issue__c=form.issue)
    return {**form.case_values(subject=form.subject, description=form.description), **picklist_values}


class ContactUs(Sender):
    subject: Line | None = Field(
        None, description="The subject of the message. The subject of the case is `Contact us: ` and this text."
    )
    message: Paragraphs = Field(description="The text of the message.")


@processor("contact_us", ContactUs)
def contact_us(form: ContactUs) -> CaseValues:
    """Make a case from a message to OpenStax."""
    return form.case_values(subject=f"Contact us: {form.subject or 'a message'}", description=form.message)
