"""The configured Salesforce client, and refused logins."""
