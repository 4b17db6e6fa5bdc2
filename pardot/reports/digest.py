"""Format the morning digest as text. This module makes no queries: the facts are ``DigestFacts``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from outgoing.numbers import format_count
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.domain.grading import AreaScore, Occurrences, compute_percentage
from pardot.domain.issues import Issue, Priority
from pardot.reports.digest_facts import DigestFacts, OpenTasks
from pardot.reports.wording import (
    NO_DATA,
    SCOUT,
    SETUP,
    SURVEY,
    Section,
    explain_missing,
    format_amount,
    format_change,
    format_long_date,
    format_percent,
    format_points,
    format_score_and_grade,
    format_since_day,
    number,
    text_of,
)
from pardot.scoring.camp_days import CampDay
from pardot.scoring.scorecard import IssueCount

WORST = 3


def digest(facts: DigestFacts) -> str:
    """Return the whole digest, the most important section first."""
    heading = "\n".join([f"Camp digest, {format_long_date(facts.day)}", *_compose_camp(facts.camp)])
    return text_of(
        heading,
        [
            Section("Score", tuple(_compose_score(facts))),
            Section("By person", tuple(_compose_people(facts))),
            Section("By area", tuple(_compose_areas(facts))),
            Section("Where most points are lost", tuple(_compose_worst(facts))),
            Section(f"Changed {_compose_since(facts)}", tuple(_compose_changes(facts))),
            Section("High priority", tuple(_compose_high_priority(facts))),
            Section("Campaigns", tuple(_compose_campaigns(facts))),
            Section("Salesforce coverage", tuple(_compose_coverage(facts))),
            Section("Prospects", tuple(_compose_prospects(facts))),
            Section("Engagement", tuple(_compose_engagement(facts))),
            Section("CRM ids", tuple(_compose_crm_ids(facts))),
            Section("Orphans", tuple(_compose_orphans(facts))),
            Section("Inventory", tuple(_compose_inventory(facts))),
            Section("Tags", tuple(_compose_tags(facts))),
            Section("Triage", tuple(_compose_triage(facts))),
            Section("Open tasks", tuple(_compose_task(tasks) for tasks in facts.tasks) or ("none",)),
        ],
    )


def _compose_camp(camp: CampDay | None) -> Iterator[str]:
    if camp is None:
        return
    if camp.is_during:
        yield f"Camp day {camp.number} of {camp.total}"
    elif camp.days_until is not None:
        yield f"Camp starts in {format_count(camp.days_until, 'day')}"
    else:
        yield f"Camp ended {format_count(camp.number - camp.total, 'day')} ago"


def _compose_score(facts: DigestFacts) -> Iterator[str]:
    if facts.card.overall is None:
        yield explain_missing(SETUP)
        return
    changed = format_change(facts.card.overall, facts.before.health_score if facts.before else None)
    since = changed and f"{changed} {_compose_since(facts)}"
    yield f"{format_score_and_grade(facts.card.overall, facts.card.grade)}{since}"
    if facts.before is None:
        yield "there is no earlier day to compare with yet"


def _compose_since(facts: DigestFacts) -> str:
    return format_since_day(facts.before.day, facts.day) if facts.before else ""


def _compose_people(facts: DigestFacts) -> Iterator[str]:
    for person in facts.card.people:
        areas = ", ".join(area.label.lower() for area in person.areas) or "no areas"
        yield f"{person.name}: {format_score_and_grade(person.score, person.grade)}; {areas}"
    if not facts.card.people:
        yield "the team has no members yet: /pardot/admin-settings/"


def _compose_areas(facts: DigestFacts) -> Iterator[str]:
    before = facts.before.area_scores if facts.before else {}
    for area, score in facts.card.grading.areas.items():
        graded = format_score_and_grade(score.score, facts.card.area_grades[area])
        yield f"{area.label}: {graded}{format_change(score.score, before.get(area.value))}"


def _compose_worst(facts: DigestFacts) -> Iterator[str]:
    losing = [(area, score) for area, score in facts.card.grading.areas.items() if score.points_lost]
    for area, score in sorted(losing, key=_get_points_lost, reverse=True)[:WORST]:
        top = _compose_top_issue(facts, area)
        lost = f"{area.label}: {format_points(score.points_lost or 0)} points lost"
        yield f"{lost}; {top}" if top else lost
    if not losing and facts.card.overall is not None:
        yield "no area loses points"


def _get_points_lost(graded: tuple[Area, AreaScore]) -> float:
    return graded[1].points_lost or 0


def _compose_top_issue(facts: DigestFacts, area: Area) -> str:
    impacts = facts.card.grading.impacts
    issues = [issue for issue in facts.card.issues.values() if issue.issue.area is area and issue.count]
    worst = max(issues, key=lambda counted: impacts.get(counted.issue.key, 0), default=None)
    return _compose_title(facts, worst) if worst else ""


def _compose_title(facts: DigestFacts, counted: IssueCount) -> str:
    title = facts.card.configuration.templates[counted.issue.key].title
    return title.replace("{count}", number(counted.count or 0))


def _compose_changes(facts: DigestFacts) -> Iterator[str]:
    if facts.before is None:
        return
    changed = False
    for key, counted in facts.card.issues.items():
        before = facts.before.issue_counts.get(key)
        if counted.count is not None and before is not None and float(counted.count) != float(before):
            changed = True
            was = format_amount(before, is_percentage=counted.issue.is_percentage)
            yield f"{_compose_title(facts, counted)} (was {was})"
    if not changed and facts.card.overall is not None:
        yield "nothing"


def _compose_high_priority(facts: DigestFacts) -> Iterator[str]:
    impacts, templates = facts.card.grading.impacts, facts.card.configuration.templates
    high = [
        counted
        for key, counted in facts.card.issues.items()
        if counted.count and templates[key].priority is Priority.HIGH
    ]
    for counted in sorted(high, key=lambda each: impacts.get(each.issue.key, 0), reverse=True):
        yield f"{_compose_title(facts, counted)} ({_format_owners(facts, counted.issue)})"
    if not high and facts.card.overall is not None:
        yield "none"


def _format_owners(facts: DigestFacts, issue: Issue) -> str:
    return ", ".join(facts.card.owners(issue.area)) or "nobody owns this area"


def _compose_campaigns(facts: DigestFacts) -> Iterator[str]:
    summary = facts.summaries.get(Area.CAMPAIGNS)
    if summary is None:
        yield explain_missing(SETUP)
        return
    linked = summary.figures["with_sf"]
    share = format_percent(compute_percentage(linked, summary.items))
    yield f"{number(linked)} of {number(summary.items)} linked to Salesforce ({share})"
    for area in (Area.FORMS, Area.LANDING_PAGES, Area.LIST_EMAILS, Area.CUSTOM_REDIRECTS):
        content = facts.summaries.get(area)
        if content is not None and content.items:
            inside = content.figures["in_sf_campaign"]
            yield f"{area.label}: {number(inside)} of {number(content.items)} reach a Salesforce campaign"


def _compose_coverage(facts: DigestFacts) -> Iterator[str]:
    counted = facts.coverage
    if counted.total_sf is None or counted.total_linked is None:
        yield explain_missing(SETUP)
        return
    share = format_percent(counted.coverage_pct)
    yield f"{number(counted.total_linked)} of {number(counted.total_sf)} people are known to Pardot ({share})"
    yield f"leads: {number(counted.leads_with_pardot or 0)} of {number(counted.total_leads or 0)}"
    yield f"contacts: {number(counted.contacts_with_pardot or 0)} of {number(counted.total_contacts or 0)}"


def _compose_prospects(facts: DigestFacts) -> Iterator[str]:
    summary = facts.summaries.get(Area.PROSPECTS)
    if summary is None:
        yield explain_missing(SURVEY)
        return
    figures = summary.figures
    yield f"{format_count(summary.items, 'prospect')}; {format_percent(figures['link_rate'])} linked to Salesforce"
    yield f"{number(figures['as_lead'])} as lead, {number(figures['as_contact'])} as contact"
    yield f"{number(figures['unlinked'])} unlinked, {number(figures['opted_out'])} opted out"


def _compose_engagement(facts: DigestFacts) -> Iterator[str]:
    figures = _get_prospect_figures(facts)
    if figures is None:
        yield explain_missing(SCOUT)
        return
    yield from _compose_sample_line(facts)
    knows_activities = figures["active_30d"] is not None
    if knows_activities:
        active = format_count(figures["active_30d"], "prospect was", "prospects were")
        yield f"{active} active in the 30 days before activities were last read"
    if figures["scored"]:
        yield f"score on average {number(figures['avg_score'])}, at most {number(figures['top_score'])}"
    for place, prospect in enumerate(facts.top, start=1):
        acts = f", {format_count(prospect.activities, 'activity', 'activities')}" if knows_activities else ""
        yield f"{place}. {prospect.name}: score {number(prospect.score)}{acts}"


def _get_prospect_figures(facts: DigestFacts) -> dict[str, Any] | None:
    prospects = facts.summaries.get(Area.PROSPECTS) or facts.sampled_prospects
    return prospects.figures if prospects is not None else None


def _compose_sample_line(facts: DigestFacts) -> Iterator[str]:
    if facts.sampled_prospects is not None:
        yield f"of a sample of {format_count(facts.sampled_prospects.items, 'prospect')}:"


def _compose_crm_ids(facts: DigestFacts) -> Iterator[str]:
    figures = _get_prospect_figures(facts)
    if figures is None:
        yield explain_missing(SCOUT)
        return
    yield from _compose_sample_line(facts)
    bad = [(figures["bad_lead_ids"], "lead"), (figures["bad_contact_ids"], "contact")]
    yield from (f"{format_count(count, 'prospect')} with an invalid {kind} id" for count, kind in bad if count)
    if not any(count for count, _ in bad):
        yield "all lead and contact ids are valid"
    if figures["adoption_stuck"]:
        yield f"{format_count(figures['adoption_stuck'], 'prospect')} with adoption data that is stuck"


def _compose_orphans(facts: DigestFacts) -> Iterator[str]:
    run = facts.orphans
    if run is None:
        yield explain_missing(SURVEY)
        return
    kinds = [
        (run.forms, "forms in a deleted campaign"),
        (run.landing_pages, "landing pages in a deleted campaign"),
        (run.list_emails, "list emails in a deleted campaign"),
        (run.custom_redirects, "custom redirects in a deleted campaign"),
        (run.prospects_crm_gone, "prospects whose lead or contact no longer exists"),
        (run.prospects_unlinked, "prospects without any CRM id"),
        (run.leads_without_prospect, "leads without their prospect"),
        (run.contacts_without_prospect, "contacts without their prospect"),
    ]
    yield from (f"{name}: {number(count)}" for count, name in kinds if count)
    if not run.total:
        yield "none"
    yield f"checked on {format_long_date(get_today(run.captured_at))}"


def _compose_inventory(facts: DigestFacts) -> Iterator[str]:
    for area, summary in sorted(facts.summaries.items(), key=lambda item: list(Area).index(item[0])):
        yield f"{area.label}: {number(summary.items)}"
    if facts.folders:
        yield f"Folders: {number(facts.folders)}"
    if not facts.summaries:
        yield explain_missing(SETUP)


def _compose_tags(facts: DigestFacts) -> Iterator[str]:
    summary = facts.summaries.get(Area.TAGS)
    if summary is None:
        yield explain_missing(SETUP)
        return
    issues = facts.card.issues
    yield _compose_tag_line("on nothing", issues["tags_unused"].count)
    yield _compose_tag_line("on one object only", summary.counts.get("low_usage"))
    yield _compose_tag_line("outside the naming convention", issues["tags_no_convention"].count)
    yield _compose_tag_line("with a prefix that has different separators", summary.counts.get("duplicate_prefix"))


def _compose_tag_line(label: str, count: Occurrences | None) -> str:
    return f"{label}: {NO_DATA if count is None else number(count)}"


def _compose_triage(facts: DigestFacts) -> Iterator[str]:
    if facts.triage is None:
        return
    if not any(facts.triage.values()):
        yield "nothing is tagged for clean-up"
        return
    yield from (f"{action}: {number(count)}" for action, count in facts.triage.items())


def _compose_task(tasks: OpenTasks) -> str:
    overdue = f", {number(tasks.overdue)} overdue" if tasks.overdue else ""
    return f"{tasks.person or 'unassigned'}: {number(tasks.count)}{overdue}"
