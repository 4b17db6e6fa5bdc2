"""Admin pages of the team, and of the team's tasks, exemptions, notes and saved views."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce, Now, TruncDate
from django.http import HttpRequest
from django.utils import timezone

from pardot.admin.base import ProgramsOnlyAdmin
from pardot.catalog.asset_names import load_asset_names
from pardot.domain.areas import Area
from pardot.domain.issues import ISSUES
from pardot.models import DayNote, Exemption, SavedView, Task, TeamMember, ViewSubscription
from pardot.planning.saved_views import BadView, clean_view_query
from pardot.planning.tasks import (
    BadTask,
    check_asset,
    compute_age_days,
    edit_task,
    fill_in_area,
    is_overdue,
    note_status,
)
from pardot.scoring.exemptions import BadExemption, check_exemption, check_terms


class TeamMemberForm(forms.ModelForm):
    areas = forms.MultipleChoiceField(choices=Area.choices, widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        model = TeamMember
        fields = ["name", "role", "areas", "label", "order", "accounts_uuid", "email", "gets_messages"]


@admin.register(TeamMember)
class TeamMemberAdmin(admin.ModelAdmin):
    """The team. Deleting a member makes the member's tasks unassigned."""

    form = TeamMemberForm
    list_display = ["name", "role", "area_list", "label", "order", "open_tasks", "is_linked"]
    list_editable = ["order"]
    search_fields = ["name", "role"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TeamMember]:
        open_tasks = Count("tasks", filter=Q(tasks__status=Task.Status.OPEN))
        return super().get_queryset(request).annotate(open_task_count=open_tasks)

    @admin.display(description="areas")
    def area_list(self, member: TeamMember) -> str:
        return ", ".join(Area(area).label for area in member.areas) or "–"

    @admin.display(description="open tasks", ordering="open_task_count")
    def open_tasks(self, member: Any) -> int:
        return member.open_task_count

    @admin.display(description="sign-in", boolean=True)
    def is_linked(self, member: TeamMember) -> bool:
        return member.accounts_uuid is not None


class SignedAdmin(admin.ModelAdmin):
    """A table that records the author and the time of each row, and shows both after the row is saved."""

    automatic_fields: tuple[str, ...] = ("created_by", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.automatic_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.created_by, obj.created_at = get_acting_name(request), timezone.now()
        obj.save()


class TaskForm(forms.ModelForm):
    class Meta:
        model = Task
        fields = [
            "title", "description", "assignee", "status", "priority", "due_date", "area", "issue", "asset_type",
            "asset_id", "asset_name",
        ]  # fmt: skip
        widgets = {"asset_name": forms.TextInput(attrs={"class": "vTextField"})}

    issue = forms.ChoiceField(choices=[("", "–"), *((issue.key, issue.key) for issue in ISSUES)], required=False)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors:
            return
        try:
            # A task stays when its asset is deleted in Pardot, and can still be changed.
            if not {"asset_type", "asset_id"}.isdisjoint(self.changed_data):
                self._check_new_asset()
        except BadTask as error:
            self.add_error(error.field, str(error))
        else:
            fill_in_area(self.instance)

    def _check_new_asset(self) -> None:
        """Check the asset. Replace a name that the user did not change: it is that of the earlier asset."""
        is_named = "asset_name" in self.changed_data and bool(self.instance.asset_name)
        if not is_named:
            self.instance.asset_name = ""
        check_asset(self.instance, is_named=is_named)


@admin.register(Task)
class TaskAdmin(SignedAdmin):
    form = TaskForm
    list_display = [
        "title", "assignee", "status", "priority", "due_date", "overdue", "age", "area", "asset_name", "created_by",
    ]  # fmt: skip
    list_filter = ["status", "assignee", "priority", "area", "due_date"]
    list_select_related = ["assignee"]
    search_fields = ["title", "description", "asset_name"]
    automatic_fields = ("created_by", "created_at", "updated_at", "completed_at")
    actions = ["finish", "reopen"]

    @admin.display(description="overdue", boolean=True)
    def overdue(self, task: Task) -> bool:
        return is_overdue(task)

    @admin.display(
        description="age in days", ordering=TruncDate(Coalesce("completed_at", Now())) - TruncDate("created_at")
    )
    def age(self, task: Task) -> int:
        return compute_age_days(task)

    def save_model(self, request: HttpRequest, obj: Task, form: Any, change: bool) -> None:
        _note(obj)
        super().save_model(request, obj, form, change)

    @admin.action(description="Mark the selected tasks as done", permissions=["change"])
    def finish(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self._set_status(request, queryset, Task.Status.DONE)

    @admin.action(description="Reopen the selected tasks", permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        self._set_status(request, queryset, Task.Status.OPEN)

    def _set_status(self, request: HttpRequest, queryset: QuerySet[Task], status: Task.Status) -> None:
        changed = [key for key in queryset.exclude(status=status).values_list("pk", flat=True) if _change(key, status)]
        self.message_user(request, f"{status.label}: {len(changed)}", messages.SUCCESS)


class ExemptionForm(forms.ModelForm):
    """The form of an exemption. ``pardot/scoring/exemptions.py`` checks whether the asset may be exempt."""

    issue = forms.ChoiceField(choices=[(issue.key, issue.key) for issue in ISSUES if not issue.is_percentage])

    class Meta:
        model = Exemption
        fields = ["asset_type", "asset_id", "issue", "reason", "until"]
        help_texts = {
            "asset_id": "The Pardot ID. Easier on the dashboard: Search everything (Ctrl+K), open the asset, Exempt."
        }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.changed_data and not self.errors:
            # Check only what changes, so that staff can still edit the reason of an exemption that has ended, or whose
            # asset was deleted in Pardot.
            until = values["until"] if "until" in self.changed_data else None
            asset_type, issue = Area(values["asset_type"]), values["issue"]
            try:
                if {"asset_type", "asset_id"}.isdisjoint(self.changed_data):
                    check_terms(asset_type=asset_type, issue=issue, until=until)
                else:
                    check_exemption(asset_type=asset_type, asset_id=values["asset_id"], issue=issue, until=until)
            except BadExemption as error:
                self.add_error(error.field, str(error))
        return values


@admin.register(Exemption)
class ExemptionAdmin(SignedAdmin):
    form = ExemptionForm
    list_display = ["asset", "asset_type", "issue", "reason", "until", "in_force", "created_by", "created_at"]
    list_filter = ["asset_type", "issue", "until"]
    search_fields = ["reason", "=asset_id", "created_by"]

    @admin.display(description="asset", ordering="asset_id")
    def asset(self, exemption: Any) -> str:
        return exemption.shown_name or f"{exemption.asset_id} (deleted)"

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Add the names of the assets to the rows, with one query per type instead of one per row."""
        changelist = super().get_changelist_instance(request)
        keys = [(row, (Area(row.asset_type), row.asset_id)) for row in changelist.result_list]
        names = load_asset_names(key for _, key in keys)
        for row, key in keys:
            row.shown_name = names.get(key)
        return changelist

    @admin.display(description="in force", boolean=True)
    def in_force(self, exemption: Exemption) -> bool:
        return exemption.until is None or exemption.until >= timezone.localdate()


class DayNoteForm(forms.ModelForm):
    class Meta:
        model = DayNote
        fields = ["day", "text"]


@admin.register(DayNote)
class DayNoteAdmin(SignedAdmin):
    form = DayNoteForm
    list_display = ["day", "text", "created_by", "created_at"]
    search_fields = ["text", "created_by"]
    ordering = ["-day", "-id"]
    date_hierarchy = "day"


class SavedViewForm(forms.ModelForm):
    class Meta:
        model = SavedView
        fields = ["name", "query", "is_shared", "owner_uuid"]

    def clean_query(self) -> str:
        try:
            return clean_view_query(self.cleaned_data["query"])
        except BadView as error:
            raise forms.ValidationError(str(error)) from error


@admin.register(SavedView)
class SavedViewAdmin(SignedAdmin):
    """Saved views. Staff can delete a view, or give it a new owner when its owner has left."""

    form = SavedViewForm
    list_display = ["name", "query", "is_shared", "created_by", "created_at"]
    list_filter = ["is_shared"]
    search_fields = ["name", "created_by"]


@admin.register(ViewSubscription)
class ViewSubscriptionAdmin(ProgramsOnlyAdmin):
    list_display = ["view", "member", "when", "count", "told_on"]
    list_select_related = ["view", "member"]


def get_acting_name(request: HttpRequest) -> str:
    """Return the name of the signed-in member of staff."""
    user: Any = request.user
    return user.get_full_name() or user.get_username()


def _change(task_id: int, status: Task.Status) -> bool:
    """Change only the status, and return whether the task still existed."""
    try:
        edit_task(task_id, {"status": status})
    except Task.DoesNotExist:
        return False
    return True


def _note(task: Task) -> None:
    task.updated_at = timezone.now()
    note_status(task, task.updated_at)
