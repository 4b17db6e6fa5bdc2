"""The operators' page: the start page of the admin, with the state of syncs, jobs, queue and budgets."""
