"""Each pair of quotation marks stands around a quotation that is not found without it."""

import time

import pytest

from retrieval.english.quotation import (
    CLOSING,
    Quotation,
    fold_marks,
    has_mark,
    is_the_same,
    masked,
    quotations,
    quoted_spans,
    slice_of,
    strip_marks,
)
from tests.english.mutation import survivors

# What stands between < and > is quoted.
CASES = """
He said <“We won.”> and left.
He said <"We won."> and left.
He said <«We won.»> and left.
He said <„We won.“> and left. | He said <„We won.”> and left.
He said <''We won.''> and left.
He said <‘We won.’> and left.
He said <'We won.'> and left.
He said <“We won."> and left. | He said <"We won.”> and left.
<“It,"> he said, " is. | <“It is,"> he said, <“and was.”>
<“He called it "great" again,”> she said. | <"He called it “great” again,"> she said.
<‘It’s ours,’> he said. | <'It's ours,'> he said.
The dogs' and the cats' tails. | It’s the players’ win. | The '90s were ours. | He said "we won.
Said <“one”>, <“two”> and <"three">.
"""
# The same for articles, in which one that nothing closes ends with its line.
UNCLOSED = """
He said: <“We won.>
He said: <"We won.>
He said: <''We won.>
He said: 'We won.
"""


def cases(table: str) -> list[str]:
    return [case for line in table.strip().split("\n") for case in line.split(" | ")]


def found(case: str, *, to_line_end: bool) -> str:
    """The case with what is found between < and >."""
    text = case.replace("<", "").replace(">", "")
    for start, end in reversed(quoted_spans(text, to_line_end=to_line_end)):
        text = f"{text[:start]}<{text[start:end]}>{text[end:]}"
    return text


def results() -> list[object]:
    """What is found in each text, and what is left of marks around words."""
    every = [found(case, to_line_end=False) for case in cases(CASES)]
    every += [found(case, to_line_end=True) for case in cases(UNCLOSED)]
    alone = [(strip_marks(f"{mark}a{mark}"), has_mark(f"a {mark} b")) for mark in "\"“”„«»'‘’"]
    ends = [f"we won?{mark}".rstrip(CLOSING) for mark in "\"'”’»)"]
    return [*every, alone, ends, [fold_marks(one) for one in ODD]]


ODD = ["“a”", "„a“", "«a»", "a″", "‘a’", "‚a‘", "‹a›", "a′", "a`", "a´", "a‐b", "a‑b", "a‒b", "a–b",
       "a—b", "a―b", "a−b", "a\u00a0b", "a\u2002b", "a\u2003b", "a\u2009b", "a\u200ab", "a\u202fb",
       "a\nb", "a\tb", "a…"]  # fmt: skip


@pytest.mark.parametrize("case", cases(CASES))
def test_quotations_of_a_sentence(case: str) -> None:
    assert found(case, to_line_end=False) == case


@pytest.mark.parametrize("case", cases(UNCLOSED))
def test_quotations_that_go_on(case: str) -> None:
    assert found(case, to_line_end=True) == case
    assert found(f"{case}\nThe next line.", to_line_end=True) == f"{case}\nThe next line."


@pytest.mark.parametrize(
    "piece", ["“", '"', "„", "«", "''", "'a ", "‘a ", "“ \"a", '"a“', "'a'b ", "“a\" ", "„a” "]
)  # fmt: skip
def test_quotations_are_found_in_linear_time(piece: str) -> None:
    started = time.process_time()
    quoted_spans(piece * 50_000, to_line_end=True)

    assert time.process_time() - started < 2


def test_quotations_are_masked() -> None:
    text = "He said “no” twice."

    assert masked(text) == "He said      twice."
    assert masked(text, '""') == 'He said "" twice.'
    assert masked("He said “no", "", to_line_end=True) == "He said "


def test_quotations_of_a_draft_have_both_marks() -> None:
    assert quotations("He said “no” and ''yes''.") == [
        Quotation(9, 11, "no"), Quotation(19, 22, "yes"),
    ]  # fmt: skip
    assert quotations("He said nothing in the '90s.") == []
    assert quotations("He said “no.") is None
    assert quotations("He said no».") is None


@pytest.mark.parametrize("mark", '"“”„«»')
def test_a_mark_may_begin_or_end_a_quotation(mark: str) -> None:
    assert has_mark(f"so {mark} it is")
    assert strip_marks(f" {mark}so{mark} ") == "so"


def test_apostrophes_are_no_marks() -> None:
    assert has_mark("He said 'we won.")
    assert not has_mark("It's the dogs' home.")
    assert strip_marks("‘it’s.'", ".") == "it’s"


@pytest.mark.parametrize("odd", ODD)
def test_marks_dashes_and_blanks_are_folded(odd: str) -> None:
    assert all(char in " ab\"'-." for char in fold_marks(odd)[0])


def test_a_slice_is_found_whatever_its_marks() -> None:
    text = "He said “it’s  over” – and left."

    assert slice_of(text, '"it\'s over" - and') == "“it’s  over” – and"
    assert slice_of(text, "ver") is None
    assert is_the_same("“A’s”", '"A\'s"')


@pytest.mark.slow
@pytest.mark.parametrize("table", ["_DOUBLE", "_SINGLE", "_PAIRS", "_UNCLOSED", "_SAME"])
def test_each_mark_is_needed(table: str) -> None:
    assert survivors(f"retrieval.english.quotation:{table}", f"{__name__}:results") == []
