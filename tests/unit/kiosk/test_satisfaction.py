"""The index of public satisfaction, as the regulation computes it (Permenpan RB 14/2017)."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.reporting.satisfaction import Grade, grade, index, rounded

NINE = 9
FULL = st.lists(st.lists(st.integers(1, 4), min_size=NINE, max_size=NINE), min_size=1, max_size=60)
PARTIAL = st.lists(st.lists(st.none() | st.integers(1, 4), min_size=NINE, max_size=NINE), max_size=60)


@pytest.mark.parametrize(("score", "value", "letter"), [(4, "100.00", "A"), (3, "75.00", "C"), (2, "50.00", "D"), (1, "25.00", "D")])
@pytest.mark.parametrize("respondents", [1, 3, 7, 1000])
def test_the_same_score_everywhere_is_exactly_that(score, value, letter, respondents):
    found = index([[score] * NINE] * respondents, NINE)
    assert (str(found.value), found.grade, found.respondents) == (value, Grade(letter), respondents)


def test_an_example_worked_by_hand():
    # U1 mean 3.5, all others 3: (3.5 + 8 * 3) / 9 * 25 = 76.388…
    found = index([[4, *[3] * 8], [3] * 9], NINE)
    assert (found.value, found.grade) == (Decimal("76.39"), Grade.C)
    assert found.elements[0].value == Decimal("87.50")


@given(FULL)
def test_the_index_lies_between_25_and_100_and_is_the_mean_of_all_scores_where_nobody_left_anything_out(answers):
    found = index(answers, NINE)
    assert Decimal(25) <= found.value <= Decimal(100)
    scores = [score for scores in answers for score in scores]
    assert found.value == rounded(Fraction(sum(scores), len(scores)) * 25)


@given(PARTIAL, st.randoms(use_true_random=False))
def test_neither_the_order_of_respondents_nor_of_elements_matters(answers, chance):
    order, columns = list(answers), list(range(NINE))
    chance.shuffle(order)
    chance.shuffle(columns)
    turned = index([[scores[column] for column in columns] for scores in order], NINE)
    found = index(answers, NINE)
    assert (turned.value, turned.respondents, turned.partial) == (found.value, found.respondents, found.partial)
    assert [turned.elements[columns.index(n)] for n in range(NINE)] == list(found.elements)


@given(PARTIAL)
def test_every_given_answer_counts_for_its_element_and_only_who_answered_all_is_a_respondent(answers):
    found = index(answers, NINE)
    assert sum(element.answers for element in found.elements) == sum(score is not None for scores in answers for score in scores)
    assert found.respondents == sum(None not in scores for scores in answers)
    assert found.respondents + found.partial == sum(any(scores) for scores in answers)
    assert (found.value is None) == any(not element.answers for element in found.elements)


@given(FULL, st.integers(0, NINE - 1))
def test_a_better_answer_never_lowers_the_index(answers, place):
    better = [list(scores) for scores in answers]
    better[0][place] = min(4, better[0][place] + 1)
    assert index(better, NINE).value >= index(answers, NINE).value


@pytest.mark.parametrize(("exact", "value", "letter"), [
    ("88.305", "88.31", "A"), ("88.30499", "88.30", "B"), ("76.605", "76.61", "B"), ("76.604999", "76.60", "C"),
    ("64.995", "65.00", "C"), ("64.994", "64.99", "D"), ("25", "25.00", "D")])
def test_it_is_rounded_half_up_once_and_judged_after_that(exact, value, letter):
    found = rounded(Fraction(exact))
    assert (str(found), grade(found)) == (value, Grade(letter))


def test_nobodys_answers_have_no_index():
    assert index([], NINE).value is None
    assert index([[None] * NINE], NINE).partial == 0


def test_a_thousand_random_respondents_are_summed_without_a_float():
    chance = random.Random(3)
    answers = [[chance.randint(1, 4) for _ in range(NINE)] for _ in range(1000)]
    exact = sum(Fraction(sum(column), 1000) for column in zip(*answers, strict=True)) / 9 * 25
    assert index(answers, NINE).value == rounded(exact)
