"""Pardot (Account Engagement) as the simulator imitates it: tables, generated data and the v5 API."""
