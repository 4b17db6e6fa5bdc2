"""The copy kernel: runs, leases, windows, staging, merge, quarantine. It knows neither Salesforce nor Pardot."""
