"""Salesforce as the simulator imitates it: login, REST, Bulk, composite, search, Tooling, Apex REST."""
