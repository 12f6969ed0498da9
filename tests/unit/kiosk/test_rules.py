import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.text import translator
from kiosk.borrowing.rules import LoanRule, because, choose, fitting, in_words, snapshot
from kiosk.ledger.collection import Kind
from kiosk.ledger.visits import Category

DAY = date(2026, 3, 10)
PLAIN = {"valid_from": None, "valid_until": None, "loanable": True, "max_copies": 2, "days": 7, "max_renewals": 1,
         "renewal_days": 7, "grace_days": 0, "suspension_days": 0, "fine_per_day": 0}


def rule(id=1, category=None, kind=None, **values) -> LoanRule:
    return LoanRule(**PLAIN | values, id=id, category=category, kind=kind)


days = st.none() | st.dates(date(2026, 3, 1), date(2026, 3, 20))
rule_books = st.lists(st.builds(
    lambda category, kind, ends: rule(None, category, kind, valid_from=min(filter(None, ends), default=None),
                                      valid_until=ends[1]),
    st.none() | st.sampled_from(Category), st.none() | st.sampled_from(Kind), st.tuples(days, days)), max_size=12)


def numbered(rules):
    for number, each in enumerate(rules, 1):
        each.id = number
    return rules


@given(rule_books.map(numbered), st.sampled_from(Category), st.sampled_from(Kind), st.randoms())
def test_the_order_of_the_rules_does_not_matter(rules, category, kind, chance):
    chosen = choose(rules, category, kind, DAY)
    chance.shuffle(rules)
    assert choose(rules, category, kind, DAY) is chosen


@given(rule_books.map(numbered), st.sampled_from(Category), st.sampled_from(Kind))
def test_the_rule_chosen_fits_and_none_that_fits_says_more(rules, category, kind):
    def says(rule):
        return 4 * (rule.category is not None) + 2 * (rule.kind is not None) + rule.is_dated

    chosen = choose(rules, category, kind, DAY)
    fitting = [rule for rule in rules if rule.fits(category, kind, DAY)]
    assert (chosen in fitting) if fitting else (chosen is None)
    assert all(says(rule) <= says(chosen) for rule in fitting)


def rank(rule):
    return (rule.category is not None, rule.kind is not None, rule.is_dated)


@given(rule_books.map(numbered), st.sampled_from(Category), st.sampled_from(Kind), st.randoms())
def test_the_rules_that_fit_stand_in_one_order_whatever_order_they_came_in(rules, category, kind, chance):
    in_order = fitting(rules, category, kind, DAY)
    chance.shuffle(rules)
    assert fitting(rules, category, kind, DAY) == in_order
    assert [rank(rule) for rule in in_order] == sorted(map(rank, in_order), reverse=True)


@given(rule_books.map(numbered), st.sampled_from(Category), st.sampled_from(Kind))
def test_rules_that_may_stand_together_never_tie(rules, category, kind):
    kept = []
    for each in rules:
        if not any(each.rivals(other) for other in kept):
            kept.append(each)
    ranks = [rank(rule) for rule in fitting(kept, category, kind, DAY)]
    assert len(ranks) == len(set(ranks))


@given(rule_books.map(numbered))
def test_who_is_a_rival_of_whom_is_mutual(rules):
    assert all(one.rivals(other) is other.rivals(one) for one in rules for other in rules)


def test_why_a_rule_speaks_is_what_it_names():
    assert because(rule(1, Category.STUDENT, Kind.BOOK)) == "names this category and this kind"
    assert because(rule(1, valid_from=DAY)) == "is for everybody and everything, for these days"


def test_a_rule_for_a_visitor_goes_before_one_for_a_kind_of_work():
    everyone, books = rule(1), rule(2, kind=Kind.BOOK)
    students, students_books = rule(3, Category.STUDENT), rule(4, Category.STUDENT, Kind.BOOK)
    chosen = []
    for rules in ([everyone, books, students, students_books], [everyone, books, students], [everyone, books], [everyone], []):
        chosen.append(choose(rules, Category.STUDENT, Kind.BOOK, DAY))
    assert chosen == [students_books, students, books, everyone, None]


def test_a_dated_rule_speaks_on_its_days_only():
    always, in_march = rule(1), rule(2, valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31))
    assert choose([always, in_march], Category.PUBLIC, Kind.BOOK, date(2026, 3, 31)) is in_march
    assert choose([always, in_march], Category.PUBLIC, Kind.BOOK, date(2026, 4, 1)) is always


@pytest.mark.parametrize(("one", "other", "rival"), [
    ({}, {}, True),
    ({}, {"kind": Kind.BOOK}, False),
    ({}, {"valid_from": DAY}, False),                                                  # the dated one goes before
    ({"valid_from": DAY}, {"valid_until": DAY}, True),                                 # both speak on that day
    ({"valid_until": date(2026, 3, 9)}, {"valid_from": DAY}, False),
])
def test_rules_are_rivals_when_they_would_speak_with_the_same_rank_on_the_same_day(one, other, rival):
    assert rule(1, **one).rivals(rule(2, **other)) is rival
    assert rule(2, **other).rivals(rule(1, **one)) is rival


def test_a_snapshot_is_json_and_says_the_same_as_its_rule():
    limited = rule(9, Category.STUDENT, Kind.BOOK, valid_from=DAY, suspension_days=2, fine_per_day=1500)
    kept = json.loads(json.dumps(snapshot(limited)))
    assert kept["id"] == 9
    assert in_words(kept, translator("en")) == in_words(limited, translator("en"))


@pytest.mark.parametrize(("rule", "english", "indonesian"), [
    (rule(), "All visitors, all kinds: at most 2 copies, for 7 days, 1 renewal.",
     "Semua pengunjung, semua jenis: paling banyak 2 eksemplar, selama 7 hari, 1 kali perpanjangan."),
    (rule(suspension_days=2, grace_days=3),
     "All visitors, all kinds: at most 2 copies, for 7 days, 1 renewal, 2 days without loans for each late day, "
     "the first 3 late days do not count.",
     "Semua pengunjung, semua jenis: paling banyak 2 eksemplar, selama 7 hari, 1 kali perpanjangan, 2 hari tidak boleh meminjam untuk "
     "tiap hari terlambat, 3 hari terlambat pertama tidak dihitung."),
    (rule(kind=Kind.JOURNAL, loanable=False), "All visitors, Journals: read on the spot only.",
     "Semua pengunjung, Jurnal: hanya dibaca di tempat."),
    (rule(category=Category.MEDIA, max_copies=1, days=1, max_renewals=0, suspension_days=1, fine_per_day=1500),
     "Media, all kinds: at most 1 copy, for 1 day, no renewal, 1 day without loans for each late day, Rp1.500 for each late day.",
     "Media, semua jenis: paling banyak 1 eksemplar, selama 1 hari, tanpa perpanjangan, 1 hari tidak boleh meminjam untuk "
     "tiap hari terlambat, Rp1.500 untuk tiap hari terlambat."),
])
def test_a_rule_says_itself_in_words(rule, english, indonesian):
    assert in_words(rule, translator("en")) == english
    assert in_words(rule, translator("id")) == indonesian
