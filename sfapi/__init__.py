"""The project, which connects Salesforce to the web: settings, routes, and the operators' page."""

__version__ = "0.1.0"
