"""``sf_words`` normalizes typed text and school names before they are compared."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

FOLDS = [
    ("Rice University", "rice university"),
    ("UNIVERSITÉ DE MONTRÉAL", "universite de montreal"),
    ("Universite\u0301 de Montre\u0301al", "universite de montreal"),
    ("St. John's College", "saint johns college"),
    ("St John\u2019s College", "saint johns college"),
    ("Saint Johns College", "saint johns college"),
    ("Texas A&M", "texas a and m"),
    ("Texas A & M", "texas a and m"),
    ("Texas A and M", "texas a and m"),
    ("University of California, Los Angeles", "university of california los angeles"),
    ("Miami\u2013Dade County", "miami dade county"),
    ("Rice  University", "rice university"),
    ("Rice\u00a0University\t\n", "rice university"),
    ("The Ohio State University", "ohio state university"),
    ("The", "the"),
    ("Theology College", "theology college"),
    ("Univ. of Texas", "university of texas"),
    ("Universal College", "universal college"),
    ("First College", "first college"),
    ("U.S. Naval Academy (USNA)", "us naval academy usna"),
    ("\u201cQuoted\u201d / Slashed_Name", "quoted slashed name"),
    ("Straße Œuvre Øst Łódź", "strasse oeuvre ost lodz"),
    ("北京大学", "北 京 大 学"),
    ("서울대학교", "서 울 대 학 교"),
    ("Ｆｕｌｌ Ｗｉｄｔｈ", "full width"),
    ("100%", "100"),
    ("--;'", ""),
    ("שלום", "שלום"),
]


@pytest.mark.parametrize(("text", "folded"), FOLDS)
def test_text_is_folded_to_words(text: str, folded: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sf_words(%s)", [text])
        assert cursor.fetchone() == (folded,)


def test_apostrophes_and_periods_can_be_blanks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sf_words('St. John''s U.S. College', ' ')")
        assert cursor.fetchone() == ("saint john s u s college",)


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Massachusetts Institute of Technology", "mit"), ("University of Texas at Austin", "uta"), ("Rice", "r")],
)
def test_initials_leave_small_words_out(name: str, initials: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sf_initials(sf_words(%s))", [name])
        assert cursor.fetchone() == (initials,)


def test_the_words_of_a_school_with_long_names_take_less_than_2400_bytes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sf_account (id, system_modstamp, is_deleted, name, sheer_id_school_name, city, state)"
            " SELECT '001', now(), false, text, text, text, text FROM repeat('学A&B''s ', 30) AS text"
        )
        cursor.execute("SELECT octet_length(words) < 2400 FROM sf_searchedschool WHERE account_id = '001'")
        assert cursor.fetchone() == (True,)
