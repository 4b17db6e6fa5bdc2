"""Leads, campaigns, campaign members, cases, and the score records of the Pardot package."""

from __future__ import annotations

from simulator.schema import picklists
from simulator.schema.fields import (
    area,
    date,
    email,
    flag,
    integer,
    moment,
    money,
    multi,
    number,
    phone,
    pick,
    ref,
    system_fields,
    text,
    url,
)
from simulator.schema.types import SObject

LEAD = SObject(
    "Lead",
    "Lead",
    "Leads",
    "00Q",
    (
        *system_fields(name=text("Name", 121, label="Full Name", nillable=False, read_only=True), viewed=True),
        ref("MasterRecordId", "Lead", read_only=True),
        text("FirstName", 40),
        text("LastName", 80, nillable=False),
        text("Title", 128),
        text("Company", 255, nillable=False),
        email("Email"),
        phone("Phone"),
        text("City", 40),
        text("Country", 80),
        pick("LeadSource", picklists.LEAD_SOURCES),
        pick("Status", picklists.LEAD_STATUSES, nillable=False, default="New"),
        area("Description"),
        flag("HasOptedOutOfEmail", label="Email Opt Out"),
        flag("IsConverted", read_only=True),
        date("ConvertedDate", read_only=True),
        ref("ConvertedAccountId", "Account", read_only=True),
        ref("ConvertedContactId", "Contact", read_only=True),
        ref("ConvertedOpportunityId", "Opportunity", read_only=True),
        pick("Role__c", picklists.ROLES, restricted=True),
        pick("FV_Status__c", picklists.FV_STATUSES, label="FV Status", restricted=True),
        text("Accounts_UUID__c", 36, label="Accounts UUID", external_id=True),
        multi("Subject_Interest__c", picklists.SUBJECTS),
        url("pi__url__c", label="Pardot URL"),
        number("pi__score__c", label="Pardot Score"),
        text("pi__grade__c", 10, label="Pardot Grade"),
    ),
    mergeable=True,
)

CAMPAIGN = SObject(
    "Campaign",
    "Campaign",
    "Campaigns",
    "701",
    (
        *system_fields(name=text("Name", 80, nillable=False), viewed=True),
        ref("ParentId", "Campaign"),
        pick("Type", picklists.CAMPAIGN_TYPES),
        pick("Status", picklists.CAMPAIGN_STATUSES, default="Planned"),
        date("StartDate"),
        date("EndDate"),
        flag("IsActive"),
        money("BudgetedCost"),
        money("ActualCost"),
        area("Description"),
        integer("NumberOfLeads", read_only=True, formula=True),
        integer("NumberOfContacts", read_only=True, formula=True),
        integer("NumberOfResponses", read_only=True, formula=True),
    ),
)

CAMPAIGN_MEMBER = SObject(
    "CampaignMember",
    "Campaign Member",
    "Campaign Members",
    "00v",
    (
        *system_fields(name=text("Name", 121, label="Full Name", nillable=True, read_only=True), owner=False),
        ref("CampaignId", "Campaign", on_delete="cascade", nillable=False, updateable=False),
        ref("LeadId", "Lead", on_delete="cascade", updateable=False),
        ref("ContactId", "Contact", on_delete="cascade", updateable=False),
        pick("Status", tuple(picklists.MEMBER_STATUSES), default="Sent"),
        flag("HasResponded", read_only=True),
        date("FirstRespondedDate", read_only=True),
    ),
)

CASE = SObject(
    "Case",
    "Case",
    "Cases",
    "500",
    (
        *system_fields(name=text("CaseNumber", 30, nillable=False, read_only=True, auto_number="{:08}"), viewed=True),
        ref("MasterRecordId", "Case", read_only=True),
        ref("AccountId", "Account"),
        ref("ContactId", "Contact"),
        text("Subject"),
        area("Description"),
        pick("Status", tuple(picklists.CASE_STATUSES), nillable=False, default="New"),
        pick("Origin", picklists.CASE_ORIGINS),
        pick("Priority", picklists.CASE_PRIORITIES, default="Medium"),
        text("SuppliedName", 80),
        email("SuppliedEmail"),
        flag("IsClosed", read_only=True),
        moment("ClosedDate", read_only=True),
        pick("Product__c", picklists.PRODUCTS, former_values=picklists.FORMER_PRODUCTS, restricted=True),
        pick("Feature__c", picklists.FEATURES),
        pick("Issue__c", picklists.ISSUES),
        text("SFAPI_Id__c", 64, label="SFAPI Id", unique=True, external_id=True),
    ),
)

_SCORE_NAME = text("Name", 80, nillable=False, read_only=True, auto_number="SC-{:08}")

LEAD_SCORE = SObject(
    "pi__Category_Lead_Score__c",
    "Lead Scoring Category Score",
    "Lead Scoring Category Scores",
    "a1L",
    (
        *system_fields(name=_SCORE_NAME, owner=False),
        ref("pi__Lead__c", "Lead", on_delete="cascade", nillable=False, updateable=False),
        text("pi__Scoring_Category_Name__c"),
        number("pi__Score__c"),
    ),
)

CONTACT_SCORE = SObject(
    "pi__Category_Contact_Score__c",
    "Contact Scoring Category Score",
    "Contact Scoring Category Scores",
    "a1C",
    (
        *system_fields(name=_SCORE_NAME, owner=False),
        ref("pi__Contact__c", "Contact", on_delete="cascade", nillable=False, updateable=False),
        text("pi__Scoring_Category_Name__c"),
        number("pi__Score__c"),
    ),
)
