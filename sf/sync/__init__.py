"""Copy Salesforce into PostgreSQL: declaration → source → stage → merge."""
