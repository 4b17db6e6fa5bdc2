"""The Salesforce client as the settings configure it, and logins that were refused."""
