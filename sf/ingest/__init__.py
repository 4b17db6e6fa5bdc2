"""The copy kernel: runs, leases, staging, merge, quarantine. It knows neither Salesforce nor Pardot."""
