"""The cache: Salesforce objects copied into PostgreSQL."""
