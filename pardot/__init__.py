"""Camp Campaign: the health of a Pardot business unit, copied, rolled up, audited and graded."""
