"""The OpenAPI document: Ninja's and the one of the records, corrected and completed."""
