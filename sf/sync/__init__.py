"""How Salesforce gets into PostgreSQL: declaration → source → stage → merge."""
