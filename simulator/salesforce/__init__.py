"""Salesforce as the simulator imitates it: login, REST, Bulk queries, composite, search, Apex REST."""
