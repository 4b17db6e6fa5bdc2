"""The OpenAPI document: Ninja's and that of the records, corrected, and completed with what both leave out."""
