import pytest

from tests.english.mutation import survivors

HERE = "tests.english.sample"


@pytest.mark.parametrize(
    ("table", "expected"),
    [("COLOURS", ["red: loud", "green"]), ("NUMBERS", ["two"]), ("WORDS", [])],
)
def test_entries_that_no_result_needs_are_found(table: str, expected: list[str]) -> None:
    assert survivors(f"{HERE}:{table}", f"{HERE}:results") == expected


def test_a_sample_is_the_same_each_time() -> None:
    first, again = (survivors(f"{HERE}:COLOURS", f"{HERE}:results", most=3) for _ in range(2))

    assert first == again
    assert len(first) <= 2
