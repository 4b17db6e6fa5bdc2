"""The tables of the search for schools."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func

from sf.models.account import Account


class SearchedSchool(models.Model):
    """The words of a school that is not deleted, for the search. Triggers of ``sf_account`` maintain them.

    A search for a common word reads tens of thousands of rows, so this is a separate table with short rows.
    """

    account = models.OneToOneField(Account, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+")
    place = models.IntegerField()
    """The order of equally good matches: schools with adoptions first, then by the length of the name."""
    words = models.TextField()
    """The text to search, in lower case without accents and punctuation (SQL function ``sf_words``).

    Bars enclose the name and the SheerID name. City and state follow a tilde, and the initials follow a caret.
    """

    class Meta:
        indexes = [GinIndex(Func("words", function="sf_lexemes"), fastupdate=False, name="searched_school_words")]

    def __str__(self) -> str:
        return self.words


class SchoolWord(models.Model):
    """A word of a school's name. Triggers of ``sf_account`` add the words of new and changed names.

    A search uses these words to correct typing errors and missing or extra spaces.
    """

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
        help_text="Short form that people type, such as georgia tech. Case is ignored.",
    )
    stands_for = models.CharField(
        max_length=200, help_text="Words of the full name, such as georgia institute of technology."
    )

    class Meta:
        ordering = ["short"]
        verbose_name = "short form of school names"
        verbose_name_plural = "short forms of school names"

    def __str__(self) -> str:
        return f"{self.short} = {self.stands_for}"
