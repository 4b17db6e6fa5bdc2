"""The Salesforce contact of the signed-in user: find it, change it."""
