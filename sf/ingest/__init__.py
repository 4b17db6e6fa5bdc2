"""Copy rows of any system into PostgreSQL: runs, leases, staging, merge, quarantine."""
