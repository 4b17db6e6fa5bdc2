"""The outbox: cases stored first, delivered to Salesforce once, and dead letters."""
