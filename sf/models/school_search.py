"""Two small tables of the search for schools."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SchoolWord(models.Model):
    """A word of a school's name, for the correction of typing errors. A trigger of ``sf_account`` fills the table."""

    word = models.TextField(primary_key=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="school_word_trigrams")]

    def __str__(self) -> str:
        return self.word


class SchoolShortForm(models.Model):
    """A short form that people type, and the words that it stands for. Initials need no entry."""

    short = models.CharField(
        "short form",
        max_length=60,
        unique=True,
        help_text="As people type it: georgia tech. Case does not matter.",
    )
    stands_for = models.CharField(max_length=200, help_text="Words of the name: georgia institute of technology.")

    class Meta:
        ordering = ["short"]
        verbose_name = "short form of school names"
        verbose_name_plural = "short forms of school names"

    def __str__(self) -> str:
        return f"{self.short} = {self.stands_for}"
