import pytest

from retrieval.attribution.attribution import Attribution
from retrieval.attribution.coreference import speakers
from retrieval.attribution.speaker import Speaker
from retrieval.english.names import is_asked, key, same_person


def found(marked: str) -> list[Speaker]:
    """The speakers of a text in which the words for each are in [brackets]."""
    text, sources = "", []
    for number, part in enumerate(marked.replace("]", "[").split("[")):
        if number % 2:
            sources.append((len(text), len(text) + len(part)))
        text += part
    return speakers(text, [Attribution((span,), (), ((0, 1),)) for span in sources])


def names(marked: str) -> list[str]:
    return [one.name for one in found(marked)]


def test_all_names_for_somebody_in_an_article_are_one_speaker() -> None:
    marked = (
        "[Brelish President Anton Veretsky] met the press. [Mr Veretsky] spoke first.\n"
        "[The Brelish president] said so twice. “Yes,” [he] said. [Veretskyy] left early."
    )

    assert found(marked) == [Speaker("Anton Veretsky", "Brelish President")] * 5


@pytest.mark.parametrize(
    ("marked", "name", "description"),
    [
        ("[Ruth Okafor, the harbour master,] said so.", "Ruth Okafor", "the harbour master"),
        ("[Ruth Okafor], the harbour master, said so.", "Ruth Okafor", "the harbour master"),
        ("So said [British Prime Minister Ada Moor].", "Ada Moor", "British Prime Minister"),
        ("[Okafor, who voted for the terminal,] said so.", "Okafor", ""),
        ("So said [the institute's director, Ines Mar].", "Ines Mar", "the institute's director"),
        ("[The mayor of Halvik, Ole Berg], said so.", "Ole Berg", "The mayor of Halvik"),
        ("[Harbour master Tomas Brandt] said so.", "Tomas Brandt", "Harbour master"),
        ("[Secretary of State Lee Ann Poe] said so.", "Lee Ann Poe", "Secretary of State"),
        ("[Sen. Ida B. Moe (D-Me.)] said so.", "Ida B. Moe", "Sen."),
        ("[Mr. Moe] said so.", "Moe", ""),
        ("[General Moe] said so.", "Moe", "General"),
        ("[General Motors] said so.", "General Motors", ""),
        ("[General Motors director Ida Moe] said so.", "Ida Moe", "General Motors director"),
        ("Ahead of [President Ida Moe] all rose.", "Ida Moe", "President"),
        ("[The whip, Rep. Ida Moe of Maine,] said so.", "Ida Moe", "Rep."),
        ('So said [Ida "Cully" Moe].', 'Ida "Cully" Moe', ""),
        (
            "[Per Ask], the son of former Mayor Ole B. Ask, left.",
            "Per Ask",
            "the son of former Mayor Ole B. Ask",
        ),
    ],
)
def test_a_name_is_separated_from_the_description_beside_it(
    marked: str, name: str, description: str
) -> None:
    assert found(marked) == [Speaker(name, description)]


@pytest.mark.parametrize(
    "said",
    [
        "a source in the Ukrainian delegation",
        "the police",
        "officials",
        "two aides to Mr Veretsky",
        "the Veretsky campaign",
        "officials in Kiev",
        "An aide to President Veretsky",
        "A spokesman for Mr. Veretsky",
        "A lawyer for former President Anton Veretsky",
        "Opponents of President Veretsky",
        "Victims of Bishop Anton Veretsky",
        "Supporters of his rival, Sen. Anton Veretsky",
        "Protesters against Veretsky",
        "The man who shot President Veretsky",
        "The journalist investigating Veretsky",
    ],
)
def test_a_speaker_without_a_name_keeps_its_words(said: str) -> None:
    assert found(f"Mr Veretsky listened when [{said}] spoke.") == [Speaker(said, is_named=False)]


@pytest.mark.parametrize("said", ["Kiev", "the White House", "The Alder Courier"])
def test_governments_and_organisations_are_named(said: str) -> None:
    name = said.removeprefix("the ").removeprefix("The ")

    assert found(f"Asked twice, [{said}] said so.") == [Speaker(name)]


def test_a_group_at_the_start_of_a_sentence_has_no_name() -> None:
    assert found("[Protesters] said so. [Lawmakers in Halvik] agreed.") == [
        Speaker("Protesters", is_named=False),
        Speaker("Lawmakers in Halvik", is_named=False),
    ]


def test_a_pronoun_means_the_last_person_named_of_its_gender() -> None:
    marked = (
        "[Mr. Ask] met Mrs. Lund on Monday. “Fine,” [he] said. “Good,” [she] said.\n"
        "[Mrs. Lund] had sued. [She] said that Mr. Ask knew."
    )

    assert names(marked) == ["Ask", "Ask", "Lund", "Lund", "Lund"]


def test_he_is_the_speaker_rather_than_the_person_spoken_of() -> None:
    marked = "[Tomas Brandt] warned Aldo Reyes. “Mr. Reyes is wrong,” [he] said."

    assert names(marked) == ["Tomas Brandt", "Tomas Brandt"]


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("[Per Ask] sat at a Pizza Express in Halvik. It rained. “Fine,” [he] said.", "Per Ask"),
        ("The new head of the council has a plan. “Fine,” [he] said.", "The new head"),
        ("The mother rose, and Per Ask with her. “Fine,” [he] said.", "Per Ask"),
        ("[Per Lund] asked if Mr. Ask agreed. “I do,” [he] said.", "Ask"),
        ("Mr. Ask met [Sen. Per Lund, R-S.C.,] and left Mr. Ask. “Fine,” [he] said.", "Per Lund"),
        ("[A resident of Tole] spoke. Soldiers had come, [he] added.", "A resident of Tole"),
        ("Rain, by Ole Berg/Alder Press\n[Per Ask] rose. It rained. “Fine,” [he] said.", "Per Ask"),
    ],
)
def test_he_is_rather_somebody_known_to_be_a_person(marked: str, name: str) -> None:
    assert names(marked)[-1] == name


def test_it_and_they_mean_a_speaker_of_the_same_or_the_previous_sentence() -> None:
    near = "[The company] closed a shop. “Demand fell,” [it] said. [Experts] agree. [They] warn."
    far = "[The company] closed a shop. Rain fell. Sony stopped as well. “Demand fell,” [it] said."

    assert names(near) == ["The company", "The company", "Experts", "Experts"]
    assert names(far) == ["The company", ""]


def test_a_description_after_a_name_means_that_person() -> None:
    assert names("Ida Moe, [a member of the council], rose.") == ["Ida Moe"]


def test_a_president_of_a_club_is_not_the_president() -> None:
    marked = "President Ida Moe came. [The president of the rowing club] left. [The president] sat."

    assert names(marked) == ["The president of the rowing club", "Ida Moe"]


def test_a_relative_named_once_does_not_take_over_the_surname() -> None:
    marked = "[Moe] won. His wife Ida Moe cheered. “Thanks,” said [President Moe]. [Ida Moe] left."

    assert names(marked) == ["Moe", "Moe", "Ida Moe"]
    assert names("[Moe] won, said [President Ida Moe]. [Moe] left.") == ["Ida Moe"] * 3
    assert names("[Moe] won. An aide, Ida Moe, left. Then [Moe] sang.") == ["Moe", "Moe"]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("They spoke of COVID-19. [Gov. Ida Moe] left.", Speaker("Ida Moe", "Gov.")),
        ("It was the Middle East. [Rep. Ida Moe] left.", Speaker("Ida Moe", "Rep.")),
        ("[U.S. Army spokesman Per Ask] left.", Speaker("Per Ask", "U.S. Army spokesman")),
        ("[Secretary of State nominee Per Ask] left.",
         Speaker("Per Ask", "Secretary of State nominee")),
        ("All came to witness President Moe. [Moe] left.", Speaker("Moe", "President")),
        ("[Director of National Intelligence Ida Moe] left.",
         Speaker("Ida Moe", "Director of National Intelligence")),
        ("[Alder Steel CEO Per Ask] left.", Speaker("Per Ask", "Alder Steel CEO")),
        ("[Vice President-elect Ida Moe] left.", Speaker("Ida Moe", "Vice President-elect")),
        ("Moe's secretary clears hurdle\n\nPer Lund, Moe's pick, won. [Moe] left.", Speaker("Moe")),
    ],
)  # fmt: skip
def test_a_title_does_not_reach_into_the_next_sentence(marked: str, expected: Speaker) -> None:
    assert found(marked)[-1] == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[IRS] spoke. Visit the IRS Free File now.", "IRS"),
        ("[Mississippi] agreed with the ACLU of Mississippi.", "Mississippi"),
        ("[Alder] sued. Alder Pods are dear.", "Alder"),
    ],
)
def test_a_short_name_is_not_part_of_a_longer_organisation(marked: str, expected: str) -> None:
    assert names(marked)[0] == expected


def test_somebodys_office_is_not_that_person() -> None:
    assert found("[The Broward Public Defender’s Office] left.") == [
        Speaker("The Broward Public Defender’s Office", is_named=False)
    ]


def test_two_speakers_are_named_without_their_titles() -> None:
    assert names("[Sens. Ida Moe and Per Ask, both Brelish Democrats,] left.") == [
        "Ida Moe and Per Ask"
    ]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[Bill Moe] won. [Moe] left.", ["Bill Moe", "Bill Moe"]),
        ("[Hunter Biden] Says He Is Sorry For All Of It\nPresident Joe Biden left.",
         ["Hunter Biden"]),
        ("Chris Moe rose. “Yes,” [Moe] said. [Governor Ole Moe] left.", ["Chris Moe", "Ole Moe"]),
        ("[Donald Ask] came, and Donald Ask Jr. [Ask Jr.] sang. [Ask] left.",
         ["Donald Ask", "Donald Ask Jr.", "Donald Ask"]),
        ("[Martin Luther King Jr.] left.", ["Martin Luther King Jr."]),
        ("[Martin Moe Jr.] He left.", ["Martin Moe Jr."]),
        ("He thanked Joe Ask for Iran and left. [Iran] sulked.", ["Iran"]),
    ],
)  # fmt: skip
def test_namesakes_are_different_speakers(marked: str, expected: list[str]) -> None:
    assert names(marked) == expected


def test_a_first_name_means_the_person_the_text_uses_it_for() -> None:
    marked = "[Ida Moe] has a shop. [Ida] smiled. [Ida] left. [Francis Lee] and [Pope Francis] met."

    assert names(marked) == ["Ida Moe", "Ida Moe", "Ida Moe", "Francis Lee", "Francis"]
    assert names("[Ida Moe] won. [Moe] smiled. [Moe] left. Another [Ida] stayed.")[-1] == "Ida"


def test_the_relative_pronoun_who_means_the_name_before_it() -> None:
    assert names("They met Aldo Reyes, [who] said so, and critics [who] groaned.") == [
        "Aldo Reyes",
        "critics",
    ]


def test_i_means_the_quoted_speaker() -> None:
    text = "“I think it sinks,” Vera Holm said."
    outer = Attribution(((20, 29),), ((30, 34),), ((0, 19),))
    inner = Attribution(((1, 2),), ((3, 8),), ((9, 17),))
    alone = Attribution(((1, 2),), ((3, 8),), ((9, 17),))

    assert text[20:29] == "Vera Holm"
    assert [one.name for one in speakers(text, [outer, inner])] == ["Vera Holm", "Vera Holm"]
    assert speakers(text, [alone]) == [Speaker("", is_named=False)]


def test_two_people_with_one_surname_are_two_speakers() -> None:
    marked = (
        "[Boris Johnson] spoke at noon. [Johnson] was calm. Then came [Alan Johnson].\n"
        "“No,” [Johnson] said. “Yes,” said [Boris Johnson]. [Mr. Johnson] smiled."
    )

    assert names(marked) == [
        "Boris Johnson", "Boris Johnson", "Alan Johnson",
        "Alan Johnson", "Boris Johnson", "Boris Johnson",
    ]  # fmt: skip


def test_mrs_and_a_surname_means_the_woman_of_that_name() -> None:
    assert names(
        "Bill Moor and Hillary Moor came. Then [Bill Moor] left, and [Mrs. Moor] spoke."
    ) == [
        "Bill Moor",
        "Hillary Moor",
    ]


def test_a_surname_is_rather_the_speakers_than_that_of_the_person_spoken_of() -> None:
    marked = "[Ole Moor] resigned. He thanked his aunt Hilde Moor. “Farewell,” [Moor] said."

    assert names(marked) == ["Ole Moor", "Ole Moor"]


def test_the_senator_is_the_person_with_that_title() -> None:
    marked = "Sen. Ida Moe met Gov. Per Ask. [The senator] spoke. [The governor] and she agreed."

    assert names(marked) == ["Ida Moe", "Per Ask"]


def test_the_source_means_an_unnamed_source_before() -> None:
    marked = "[A source in the Halvik court] called. Then it rained. [The source] called again."

    assert names(marked) == ["A source in the Halvik court"] * 2


def test_capitals_of_a_heading_are_not_part_of_a_name() -> None:
    marked = "[Brandt Calls] Terminal Plan Unwise Again\nThen [Tomas Brandt] smiled."

    assert names(marked)[1] == "Tomas Brandt"
    assert names(marked.replace("[Brandt Calls]", "[Brandt] Calls")) == ["Tomas Brandt"] * 2


def test_a_span_that_cuts_a_name_means_the_whole_name() -> None:
    assert names("Tomas [Brandt] smiled, and so did Mr. [King].") == ["Tomas Brandt", "King"]


def test_a_surname_may_have_a_hyphen() -> None:
    marked = "[Ida Moe-Ask] met Per Ask. [Moe-Ask] said so. [Lee-Ask] did not."

    assert names(marked) == ["Ida Moe-Ask", "Ida Moe-Ask", "Lee-Ask"]


def test_several_speakers_are_named_in_full() -> None:
    marked = "Ida Moe and Per Ask voted. [Moe and Ask] agreed. [Kiev and Moscow] did not."

    assert names(marked) == ["Ida Moe and Per Ask", "Kiev and Moscow"]


def test_a_continued_quotation_has_the_same_speaker() -> None:
    text = "Vera Holm said: “It sinks.”\n“It sinks fast.”\nThen it rained. “Hm.”"
    first = Attribution(((0, 9),), ((10, 14),), ((16, 27),))
    more, apart = (
        Attribution((), (), ((text.index(said), text.index(said) + len(said)),))
        for said in ("“It sinks fast.”", "“Hm.”")
    )

    assert [one.name for one in speakers(text, [first, more, apart])] == [
        "Vera Holm",
        "Vera Holm",
        "",
    ]


@pytest.mark.parametrize("text", ["", "…", "x" * 10, "\u200b\n\n", "A. B. C. " * 50])
def test_odd_texts_raise_nothing(text: str) -> None:
    everything = Attribution(((0, len(text)),), (), ((0, len(text)),))

    assert len(speakers(text, [everything, Attribution((), (), ())])) == 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Keir Starmer", "Sir Keir Starmer", True),
        ("Volodymyr Zelensky", "Volodymyr Zelenskyy", True),
        ("Volodymyr Zelenskiy", "President Volodymyr Zelensky", True),
        ("Paul D. Ryan", "Paul Ryan", True),
        ("Paul Davis Ryan", "Paul D. Ryan", True),
        ("Recep Tayyip Erdoğan", "Recep Erdogan", True),
        ("Kiev", "Kyiv", True),
        ("Starmer", "Keir Starmer", False),
        ("Boris Johnson", "Alan Johnson", False),
        ("Paul D. Ryan", "Paul K. Ryan", False),
        ("Donald Trump", "Donald Trump Jr.", False),
        ("B. Johnson", "Boris Johnson", False),
        ("", "", False),
    ],
)
def test_people_of_two_articles_are_the_same_by_their_full_names(
    one: str, other: str, expected: bool
) -> None:
    assert same_person(one, other) == same_person(other, one) == expected


def test_a_speaker_is_shown_with_name_and_role() -> None:
    assert str(Speaker("Ida Moe", "mayor of Halvik")) == "Ida Moe (mayor of Halvik)"
    assert str(Speaker("the police", is_named=False)) == "the police"


def test_one_speaker_has_one_key() -> None:
    assert key("Mr. Volodymyr Zelenskyy") == key("Volodymyr Zelenskiy") == "volodymyr zelensky"
    assert key("Donald J. Trump") == key("Donald Trump") != key("Donald Trump Jr.")
    assert key("Congressman-elect George Santos") == key("Rep. George Santos") == "george santos"
    assert key("Kim Jong-un") == key("Kim Jong Un")
    assert key("") == ""


STARMER = ("Keir Starmer", "British Prime Minister")
SOURCE = ("a source in the Ukrainian delegation", "")


@pytest.mark.parametrize(
    ("asked", "speaker", "expected"),
    [
        ("Starmer", STARMER, True),
        ("Mr. Starmer", STARMER, True),
        ("keir starmer", STARMER, True),
        ("Prime Minister Starmer", STARMER, True),
        ("the British prime minister", STARMER, True),
        ("the prime minister of Britain", STARMER, True),
        ("Keir Starmer", ("Starmer", ""), True),
        ("the Ukrainian source", SOURCE, True),
        ("the police", ("police", ""), True),
        ("von der Leyen", ("Ursula von der Leyen", ""), True),
        ("the EU", ("European Union", ""), True),
        ("Zelenskyy", ("Zelensky", "Ukrainian President"), True),
        ("Europeans", ("European leaders", ""), True),
        ("Moe", ("Ida Moe and Per Ask", ""), True),
        ("Alan Starmer", STARMER, False),
        ("the French prime minister", STARMER, False),
        ("British", ("Ann Lee", "Dutch mayor"), False),
        ("Ukraine", SOURCE, False),
        ("the Ukrainian delegation", SOURCE, False),
        ("Trump", ("the Trump campaign", ""), False),
        ("Kiev", ("officials in Kiev", ""), False),
        ("the", STARMER, False),
        ("Mr", STARMER, False),
        ("Trump", ("Trump critics", ""), False),
        ("Trump", ("Trump’s team", ""), False),
        ("Trump", ("President-elect Donald Trump", ""), True),
        ("", STARMER, False),
        ("Powell", ("Georgia Power", ""), False),
        ("House", ("Mike Moe", "House Speaker"), False),
        ("the Department of Commerce", ("Per Ask", "Department of Commerce Director"), False),
        ("Politico", ("Per Ask", "an affable politician"), False),
        ("AP", ("Ann Perry", ""), False),
        ("Evans", ("Evan Moe", ""), False),
        ("AP", ("the Associated Press", ""), True),
        ("Roberts", ("Ann Robert", ""), False),
        ("King Charles", ("Charles Moulden", ""), False),
        ("King Charles", ("Charles III", "King"), True),
        ("Donald Trump", ("A source close to Donald Trump Jr.", ""), False),
        ("the Iraqi minister", ("Per Ask", "minister of Iraq"), True),
        ("the Brazilian president", ("Per Ask", "president of Brazil"), True),
        ("the Italian mayor", ("Per Ask", "mayor in Italy"), True),
    ],
)
def test_a_question_may_name_a_speaker_in_other_words(
    asked: str, speaker: tuple[str, str], expected: bool
) -> None:
    assert is_asked(asked, *speaker) == expected
