import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.english.sentences import pieces, sentences

# In each text a bar stands where a sentence ends.
CASES = [
    # titles
    "Mr. Brandt met Dr. Ito and Mrs. Lee.| They agreed.",
    "Sen. Amy Klobuchar spoke.| Rep. James Clyburn, D-S.C., who spoke for an hour, left.",
    "It came from Rep. James Clyburn, D-S.C., who spoke for an hour on Monday.| He was heard.",
    "Lt. Gov. Ann Perry and Gov. Mike Moe met Gen. Park.| Nobody else came.",
    "U.S. Sen. Ted Cruz, R-Texas, and U.S. Rep. Bob Good left.| The U.S. Senate voted.",
    "The Rev. Al Sharpton spoke at St. Paul’s.| He was brief.",
    "He flew to St. Louis.| She drove to Ft. Worth and Mt. Airy.",
    "They met on Main St.| The shop was shut.",
    "Former Prof. J. Smith, Capt. Lee and Sgt. Maj. Poe testified.| All were sworn in.",
    'The film is about Gen. "Hap" Arnold.| It was long.',
    # Jr. and Sr.
    "Robert F. Kennedy Jr. said no.| His cousin agreed.",
    "The bill is by Robert F. Kennedy Jr.| The Senate will vote.",
    "She met Robert Downey Jr.| Downey was late.",
    "Martin Luther King Jr. Day is in January.| Banks are closed.",
    "Ken Griffey Sr., a coach, watched.| His son played.",
    'Best actor: Robert Downey Jr. ("Oppenheimer").| Nobody was surprised.',
    # companies
    "Apple Inc. shares fell.| Ford Motor Co. rose.",
    "She works for Alphabet Inc.| The company is in California.",
    "Warner Bros. Discovery and Sony Corp. made the film.| It failed.",
    "He sold it to Smith & Co.| They moved to Leeds.",
    "Acme Ltd. chief executive Ann Lee resigned.| No reason was given.",
    # acronyms, places, degrees
    "He left the U.S. on Monday.| He is back in the U.S. Army.",
    "She lives in the U.S.| The visa took a year.",
    "The U.K. Supreme Court and the U.N. Security Council met.| Nothing came of it.",
    "He was born in Washington, D.C.| He grew up there.",
    "The D.C. Council voted.| The mayor signed.",
    "Ann Lee, Ph.D., won.| She has a Ph.D.| Her sister has none.",
    "Sen. Jon Tester, D-Mont., and Rep. Matt Gaetz, R-Fla., agreed.| It passed.",
    "She is from Pasadena, Calif.| He is from Salem, Ore., a town.",
    "OAKLAND, Calif. (AP) — The A’s won.| They will leave.",
    "“I love the U.S.”| Trump left the room.",
    "L.A. Reid signed J.D. Vance’s book.| It sold.",
    "He came from “E.T.” Director Spielberg was there.",
    # initials and other letters
    "J. K. Rowling wrote it.| J.K. Rowling sold it.",
    "George W. Bush and John F. Kennedy were presidents.| So was Harry S. Truman.",
    "W. E. B. Du Bois studied.| H. G. Wells wrote.",
    "He asked for plan B.| Congress had none.",
    "Milk has vitamin D.| Oranges have vitamin C.| Both help.",
    "She knows more than I.| Ask her.",
    "They live at 12 E. Main Street.| It is quiet.",
    "He defended Walter “Johnny D.” McMillian.| He won.",
    # numbers, days, times
    "He is No. 10 in the list.| Nos. 3 and 4 lost.",
    "Is it true?| No.| He made it up.",
    "It began on Jan. 6, 2021.| It ended on Sept. 11.| Nobody knew.",
    "He said so in May.| Teller said it in June.",
    "They met last Sept.| Congress was away.",
    "It opens Mon. Oct. 5 and closes Fri.| The rest is closed.",
    "It starts at 5 p.m. Monday.| It ends at 9 p.m. ET.",
    "It starts at 5 p.m.| Doors open at 4 a.m.| Trump will speak.",
    "Polls close at 8 p.m. (EST).| Results follow.",
    "At 6:30 a.m. local time it rained.| It stopped at 7.",
    "Prices rose 3.5% to $2.50.| They fell 0.2 points.",
    "It came in at 5.30.| 12 people were there.",
    "See Fig. 3 and pp. 4-5.| Vol. II is out.",
    "It weighs 5 lbs. and 3 oz.| The other weighs less.",
    "The case is § 1983.| It is old.",
    "It breaks Sec. 230 and Art. 5.| Nobody cares.",
    # what never ends a sentence, and "etc."
    "In Roe v. Wade the court ruled.| Dobbs v. Jackson changed it.",
    "It was Spain vs. Italy.| Spain won.",
    "Bring fruit, e.g. The Red Fox brand.| Bring two, i.e. A pair.",
    "Dwayne Johnson, a.k.a. The Rock, came.| People cheered.",
    "We sell apples, pears, etc.| Prices are low.",
    "We sell apples, pears, etc. and more.| Come in.",
    "Smith et al. found it.| So did Lee et al.| The rest is known.",
    # ellipses
    "Well...| He left.| Then he came back.",
    "He waited… and left.| Nobody came.",
    "Even ... Carson Wentz is gone.| He left in May.",
    "It is over. ...| They are gone.| We stay.",
    "He said . . . nothing.| Then he left.",
    # questions and shouts
    "Really?!| Yes.| No way!| He left.",
    "Yahoo! Finance reported it.| Jeopardy! James won.| He likes Yahoo!| The site is old.",
    "“Why?” he asked.| “Because!” she said.",
    "“Why now?” Smith asked.| “Is it over?” Ms. Lee said.| Nobody knew.",
    "“Why now?”| The answer is simple.",
    "How long can it last?:Read on here.",
    # quotation marks and brackets
    '"It is fine," Mr. Brandt said.| "It is."| He left.',
    "“We won. We did it,” he said.| “It is over. Go home.”| They went.",
    "He said ‘We won. We did it,’ and left.| Nobody cheered.",
    "She called it 'a mess. A real mess.'| He agreed.",
    "He left (as did Ann. She came back).| They met.",
    "He left.| (She stayed.)| They met.",
    "«We won. We did it», he said.| He left.",
    "He said: “It's over.”| “Really?”| “Yes.”",
    "“We won,” he said.| “We will go on.| It's not over.",
    'She said "no. Never" and left.| It was late.| "Oh.',
    'It was “a mess. A real mess," he said.| He left.',
    "The boys’ room is shut.| The girls’ is open.",
    "It’s the best of the ‘90s.| Everybody says so.",
    "He calls it *great.*| She calls it _good._| They agree.",
    "This was shown.[12]| It was denied.[3]| It is open.",
    # a missing or an odd blank
    "That is what he said.|The others left.| She stayed.",
    "“It is over.”|The others left.",
    'It is a "box."|The kids like it.',
    'He left," he said.|"We stay.',
    "What is it?|Here is the answer.",
    "It rained .| He left .",
    "It is over. ”| He left.",
    # addresses, and names with stops or small letters
    "Go to www.example.com/a.b or mail Ann.Lee@example.com now.| It is free.",
    "It is on Amazon.com.| Booking.com has it.| Ask ann@example.com.| She knows.",
    "He uses Node.js and ASP.NET every day.| It works.",
    "It is free.| www.example.com has it.",
    "He sold it.| iPhone sales fell.| eBay rose.",
    # lists
    "1. First item.| 2. Second item.",
    "The best: 1. Emirates; 2. Qatar Airways.| The rest are bad.",
    "He came 2.| She came 1.| They left.",
    "Bring these.| • Apples.| • Pears.| * Plums.",
    "A. First.| B. Second.| IV. Fourth.",
    # lower case and capitals
    "he left.| then he came.| nobody knows.",
    "NO. 1 SMALL TOWN WINS.| DR. LEE SAYS NO.",
    # lines
    "A heading\n|Mr.\n|Brandt left.",
    "Hartford, Conn. — The author is dead.| He was 84.",
    "Its grace still startles.| — Chris Herrington",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_sentences_end_where_a_reader_would_end_them(case: str) -> None:
    text = case.replace("|", "")

    found = [text[start:end] for start, end in sentences(text)]

    assert found == [part.strip() for part in case.split("|")]


def test_a_hard_wrapped_paragraph_is_one_paragraph() -> None:
    text = (
        "The harbour master of Port Alder said on Wednesday that he had read\n"
        "the study by Dr. Lee twice, that he had been wrong, as had Sen.\n"
        "Ann Park, and that the eelgrass would recover within two summers\n"
        "or so. He asked for one condition."
    )

    assert [text[start:end] for start, end in sentences(text)] == [
        text[: text.index(" He asked")],
        "He asked for one condition.",
    ]


words = st.text(st.characters(categories=["L", "N", "P", "Zs", "S", "M"]), max_size=40)
marks = st.sampled_from([
    ". ", "\n", "? ", '." ', " “", ".” ", " (", ") ", " U.S. ", "Mr. ", " J. K. ", "...",
    "x" * 1500, " p.m. ", "The ", "1. ", "[1] ", " said.The", "• ", "'", "’ ",
])  # fmt: skip
texts = st.lists(words | marks).map("".join)


@given(texts | texts.map(lambda text: text * 30))
def test_sentences_are_in_order_do_not_overlap_and_cover_the_text(text: str) -> None:
    found = sentences(text)

    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    gaps = [0, *(place for span in found for place in span), len(text)]
    assert not any(
        text[start:end].strip() for start, end in zip(gaps[::2], gaps[1::2], strict=True)
    )
    assert all(end - start <= 4000 for start, end in found)


@given(texts)
def test_later_lines_do_not_change_a_sentence(text: str) -> None:
    found = sentences(text)

    assert sentences(f"{text}\n\nHe left.") == [*found, (len(text) + 2, len(text) + 10)]


def test_a_long_sentence_is_cut_at_a_blank_without_a_stop_before_it() -> None:
    text = "and Sen. Ann Lee of the U.S. Senate " * 300

    found = [text[start:end] for start, end in sentences(text)]

    assert len(found) == 3
    assert not any(one.endswith(".") for one in found[:-1])
    assert " ".join(found) == text.strip()


def test_without_a_blank_a_long_sentence_is_cut_anywhere() -> None:
    text = "Mr. " * 8 + "x" * 100

    assert [*pieces(text, (0, len(text)), 50)] == [(0, 31), (32, 82), (82, 132)]


HOSTILE = [
    "« ", "“", '"a ', "(", "((. ", '."', ".”", "'a. ", "‘a ", "A. ", "Mr. ", "1. ", ".[1]", ". . ",
    "?!", "… ", ".)", "x", " ", ". ”", "a.B", "U.S.", 'he said."The ', "• ", "a” ", '“a" ',
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_the_time_grows_with_the_length_alone(hostile: str) -> None:
    def seconds(piece: str, size: int) -> float:
        text = (piece * (size // len(piece) + 1))[:size]
        return min(_seconds(text) for _ in range(3))

    plain = "He met Mr. Brandt. They talked. "
    growth = seconds(hostile, 80_000) / seconds(hostile, 10_000)

    assert growth < 4 * seconds(plain, 80_000) / seconds(plain, 10_000)  # n² would be 8 times


def _seconds(text: str) -> float:
    start = time.process_time()
    sentences(text)
    return time.process_time() - start
