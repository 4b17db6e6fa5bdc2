"""Camp Campaign: copy, audit and grade the data of a Pardot business unit."""
