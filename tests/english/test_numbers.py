"""Each number word stands in a text that has other numbers without it."""

import pytest

from retrieval.english.numbers import has_amount, in_figures, numbers
from tests.english.mutation import survivors

CASES = {
    # Cardinals.
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13",
    "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18",
    "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60",
    "seventy": "70", "eighty": "80", "ninety": "90", "zero": "0", "once": "1", "twice": "2",
    "twenty-five": "25", "Fifty seven": "57",
    # Ordinals.
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
    "eleventh": "11th", "twelfth": "12th", "thirteenth": "13th", "twentieth": "20th",
    "twenty-first": "21st", "hundredth": "100th", "thousandth": "1000th", "two-hundredth": "200th",
    "the 21st": "21st", "the 2nd": "2nd", "the 3rd": "3rd", "the 112th": "112th",
    # Compounds.
    "two hundred and fifty": "250", "two hundred fifty": "250", "a hundred": "100",
    "three thousand two hundred": "3200", "nine thousand": "9000", "thirteen hundred": "1300",
    "one and a half million": "1500000", "a million and a half": "1500000",
    "two-and-a-half": "2.5", "six million four hundred thousand": "6400000",
    "two thousand and eight": "2008", "one hundred and twenty thousand": "120000",
    "ninety-nine thousand nine hundred and ninety-nine": "99999", "two trillion": "2000000000000",
    "a dozen": "12", "two dozen": "24", "half a dozen": "6", "a billion": "1000000000",
    "half a million": "500000", "a quarter of a million": "250000",
    "three quarters of a million": "750000",
    # Years.
    "nineteen eighty-four": "1984", "twenty twenty-five": "2025", "eighteen twelve": "1812",
    # Several.
    "$2.5 million and three thousand": "$2500000 3000", "one hundred and two hundred": "100 200",
    "between one hundred and twenty people": "100 20", "fifty-fifty": "50",
    "five thousand and two hundred": "200 5000", "twenty or thirty": "20 30", "10-20": "10 20",
    "two thousand and fifty million": "2000 50000000", "between 5 and 6 percent": "5 6%",
    "2.5 million two years ago": "2 2500000", "fifteen thousand thousand": "15000 thousand",
    # Without a value of their own.
    "half of it": "half", "a quarter": "quarter", "dozens": "dozens", "thousands": "thousands",
    "hundreds of millions": "hundreds millions", "billions": "billions",
    "several hundred": "hundred", "a few million": "million", "three-quarters of them": "3",
    # Figures.
    "2,500,000": "2500000", "2.5 million": "2500000", "25 hundred": "2500", "007": "7",
    "-5": "-5", "−5": "-5", ".7": "0.7", "2.50": "2.50", "3:30": "3:30", "9/11": "9/11",
    "5½": "5.5", "5¼": "5.25", "5¾": "5.75", "30 ⅔": "30⅔", "½": "½", "COVID-19": "19", "F16": "",
    # Money and measures.
    "$5": "$5", "5 dollars": "$5", "five-dollar": "$5", "€5": "€5", "5 euros": "€5",
    "one euro": "€1", "£5": "£5", "5 pounds": "5pounds", "a 5-pound bag": "5pounds",
    "2.5 million dollars": "$2500000", "half a trillion dollars": "$500000000000",
    "$2,000 dollars": "$2000", "ten percent": "10%", "10%": "10%", "10 per cent": "10%",
    "£3m": "£3000000", "£3mn": "£3000000", "$10k": "$10000", "5bn": "5000000000",
    "€2tn": "€2000000000000", "3m long": "3", "first percent": "1st",
}  # fmt: skip


def results() -> list[list[str]]:
    """The numbers of each text."""
    return [sorted(numbers(text)) for text in CASES]


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_numbers_have_one_form(text: str, expected: str) -> None:
    assert sorted(numbers(text)) == expected.split()


def test_numbers_of_a_text_are_written_in_figures() -> None:
    text = "Two hundred and fifty people paid $2.5 million, half of it on the twenty-first."

    assert in_figures(text) == "250 people paid $2500000, half of it on the 21st."


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Twelve died.", True), ("Dozens died.", True), ("The first died.", False), ("Died.", False)],
)
def test_which_one_is_no_amount(text: str, expected: bool) -> None:
    assert has_amount(text) is expected


@pytest.mark.slow
@pytest.mark.parametrize(
    "table",
    [
        "_BELOW_TWENTY", "_TENS", "_TIMES", "_SCALES", "_IRREGULAR", "_ENDINGS", "_TIMES_DONE",
        "_VAGUE", "_PARTS", "_VULGAR", "_SHORT", "_MEASURES",
    ],
)  # fmt: skip
def test_each_number_word_is_needed(table: str) -> None:
    assert survivors(f"retrieval.english.numbers:{table}", f"{__name__}:results") == []
