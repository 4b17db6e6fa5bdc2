"""The Pardot app in Django admin, one file per group: the team's entries are editable, programs' rows are not."""

from pardot.admin import activity, assets, configuration, findings, prospects, salesforce, set_aside, team

__all__ = ["activity", "assets", "configuration", "findings", "prospects", "salesforce", "set_aside", "team"]
