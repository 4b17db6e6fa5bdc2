"""The Pardot app in Django admin, one file per group. Only the team's own entries are editable."""

from pardot.admin import activity, assets, configuration, findings, prospects, salesforce, set_aside, team

__all__ = ["activity", "assets", "configuration", "findings", "prospects", "salesforce", "set_aside", "team"]
