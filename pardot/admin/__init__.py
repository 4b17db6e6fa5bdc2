"""The Pardot app in Django admin. Only the configuration and the team's entries are editable."""

from pardot.admin import activity, assets, configuration, findings, prospects, salesforce, set_aside, team

__all__ = ["activity", "assets", "configuration", "findings", "prospects", "salesforce", "set_aside", "team"]
