"""Each title, spelling and people stands in a name that is read otherwise without it."""

import re

import pytest

from retrieval.attribution.people import People
from retrieval.english.names import (
    INNER_NAME,
    NAME,
    head,
    is_asked,
    key,
    named,
    same_person,
    surname,
    words,
)
from retrieval.proof.grounding import missing_names
from tests.english.mutation import survivors

# Each is Ann Lee.
TITLED = """
Mr Ann Lee|Mrs. Ann Lee|Ms Ann Lee|Miss Ann Lee|Sir Ann Lee|Lord Ann Lee|Lady Ann Lee|Dr. Ann Lee
Professor Ann Lee|General Ann Lee|Colonel Ann Lee|Captain Ann Lee|Senator Ann Lee
Representative Ann Lee|Governor Ann Lee|President Ann Lee|Prime Minister Ann Lee|Secretary Ann Lee
Chancellor Ann Lee|Mayor Ann Lee|King Ann Lee|Queen Ann Lee|Prince Ann Lee|Princess Ann Lee
Pope Ann Lee|Judge Ann Lee|Justice Ann Lee|Dame Ann Lee|the Ann Lee|Congressman Ann Lee
Congresswoman Ann Lee|Ambassador Ann Lee|Commissioner Ann Lee|Reverend Ann Lee|Major Ann Lee
Admiral Ann Lee|President-elect Ann Lee|Chief Ann Lee|Baroness Ann Lee|Councilman Ann Lee
Councilwoman Ann Lee|Councillor Ann Lee|Assemblyman Ann Lee|Assemblywoman Ann Lee
Delegate Ann Lee|Sheriff Ann Lee|Attorney Ann Lee|Sgt. Ann Lee|Det. Ann Lee|Cllr Ann Lee
"""
# Titles that may be drafted before the name of a source.
DRAFTED = """
Mr|Mrs|Ms|Miss|Sir|Lord|Lady|Dr|Professor|General|Colonel|Captain|Senator|Representative|Governor
President|Prime|Minister|Secretary|Chancellor|Mayor|King|Queen|Prince|Princess|Pope|Judge|Justice
Dame|The|Congressman|Congresswoman|Ambassador|Commissioner|Vice|Chairman|Chairwoman|Chair
Spokesman|Spokeswoman|Spokesperson|Leader|Ceo|Director|Foreign
"""
SPELLED = {
    "Søren Bræk": "soren braek", "Łukasz Đurić": "lukasz duric", "Fœtal Þór": "foetal thor",
    "Yıldız": "yildiz", "José Muñoz": "jose munoz", "O’Malley’s": "omalley", "J. B. Lee": "j b lee",
    "Zelenskyy": "zelensky", "Zelenskiy": "zelensky", "Zelenskyi": "zelensky",
    "Zelenskij": "zelensky", "Zelenskii": "zelensky", "Zelenskyj": "zelensky",
    "Zelenski": "zelensky", "Kyiv": "kiev", "Odesa": "odessa", "Kharkiv": "kharkov",
    "GOP": "republican", "Sen.": "senator", "Gov.": "governor", "Rep.": "representative",
    "Gen.": "general",
}  # fmt: skip
YOUNGER = ("Ann Lee Jr.", "Ann Lee Sr.", "Ann Lee II", "Ann Lee III", "Ann Lee Junior",
           "Ann Lee Senior")  # fmt: skip
# What is asked for, and the description that means it.
DESCRIBED = [
    ("the minister", "minister"),
    ("a minister", "minister"),
    ("an aide", "aide"),
    ("the mayor of Vik", "Vik mayor"),
    ("the mayor in Vik", "Vik mayor"),
    ("the mayor from Vik", "Vik mayor"),
    ("the mayor at Vik", "Vik mayor"),
    ("the mayor for Vik", "Vik mayor"),
    ("the mayor with Vik", "Vik mayor"),
    ("the aide on Vik", "Vik aide"),
    ("the aide to Vik", "Vik aide"),
    ("the king and mayor", "king, mayor"),
    ("the man by Vik", "Vik man"),
    ("the former minister", "minister"),
    ("s minister", "minister"),
    ("the British minister", "minister of Britain"),
    ("the French minister", "minister of France"),
    ("the Spanish minister", "minister of Spain"),
    ("the Polish minister", "minister of Poland"),
    ("the Dutch minister", "minister of the Netherlands"),
    ("the Turkish minister", "minister of Turkey"),
    ("the Swedish minister", "minister of Sweden"),
    ("the Danish minister", "minister of Denmark"),
    ("the Greek minister", "minister of Greece"),
    ("the Swiss minister", "minister of Switzerland"),
    ("the Welsh minister", "minister of Wales"),
    ("the Finnish minister", "minister of Finland"),
    ("the American minister", "US minister"),
    ("the Chinese minister", "minister of China"),
    ("the minister of the United States", "United US minister"),
    ("the Irish minister", "minister of Ireland"),
    ("the Chilean minister", "minister of Chile"),
    ("the Ukrainian minister", "minister of Ukraine"),
    ("the Kurdish leader", "leader of Kurds"),
    ("the Mexican minister", "minister of Mexico"),
    ("the Iraqi minister", "minister of Iraq"),
    ("the Japanese minister", "minister of Japan"),
]
PEOPLES = """
Russians|the Russian delegation
Irish|the Irish delegation
Chinese|the Chinese delegation
French|the French delegation
Dutch|the Dutch delegation
Swiss|the Swiss delegation
Greeks|the Greek delegation
Turks|the Turk delegation
Czechs|the Czech delegation
Poles|the Pole delegation
Danes|the Dane delegation
Swedes|the Swede delegation
Finns|the Finn delegation
"""
HEADS = {
    **{f"a source {link} Vik": "source" for link in (
        "of", "in", "from", "at", "for", "with", "on", "to", "by", "who", "that", "which", "near",
        "inside")},
    "the House of Commons Speaker": "speaker",
    **{f"the house of {whose} speaker": "house" for whose in (
        "the", "a", "an", "his", "her", "its", "their", "former")},
}  # fmt: skip
NAMES = """
Ursula von der Leyen|Rip van Winkle|Honoré de Balzac|Alaa al Sisi|Osama bin Laden|Łódź
Martin der Große|Keir Starmer|U.S. Senate|Bank of the West|de Blasio|Ağrı|Émile Zola
"""
GENDERS = {"Mr.": "m", "Sir": "m", "Lord": "m", "Mrs.": "f", "Ms.": "f", "Miss": "f", "Lady": "f"}


def cases(table: str) -> list[str]:
    return [one for line in table.strip().split("\n") for one in line.split("|")]


def absent(title: str) -> list[str]:
    return missing_names(f"Then {title} Lee spoke.", "Then Lee spoke.")


def gender(title: str) -> str:
    return People(f"There {title} Park spoke.").all[0].gender


def means(asked: str, description: str) -> bool:
    return is_asked(asked, "Ann Lee", description)


def found(name: str) -> list[str]:
    return [one[0] for one in NAME.finditer(f"what did {name} say?")]


def results() -> list[object]:
    """What each name is read as."""
    peoples = [is_asked(*one.split("|"), "") for one in PEOPLES.strip().split("\n")]
    return [
        [*map(key, cases(TITLED))], [*map(absent, cases(DRAFTED))], [*map(words, SPELLED)],
        [(same_person(one, "Ann Lee"), surname(one)) for one in YOUNGER],
        [means(*one) for one in DESCRIBED], peoples, [*map(head, HEADS)],
        [*map(found, cases(NAMES))], [*map(gender, GENDERS)],
    ]  # fmt: skip


@pytest.mark.parametrize("name", cases(TITLED))
def test_titles_are_no_part_of_a_name(name: str) -> None:
    assert key(name) == "ann lee"


@pytest.mark.parametrize("title", cases(DRAFTED))
def test_a_title_may_be_drafted(title: str) -> None:
    assert absent(title) == []


def test_a_name_may_not_be_drafted() -> None:
    assert absent("Ann") == ["Ann"]


@pytest.mark.parametrize(("title", "expected"), GENDERS.items())
def test_titles_of_men_and_women(title: str, expected: str) -> None:
    assert gender(title) == expected


@pytest.mark.parametrize(("name", "expected"), SPELLED.items())
def test_names_are_folded(name: str, expected: str) -> None:
    assert " ".join(words(name)) == expected


def test_a_middle_initial_is_no_part_of_a_name() -> None:
    assert key("Ann B. Lee") == "ann lee"
    assert key("J. B. Lee") == "j b lee"


@pytest.mark.parametrize("name", YOUNGER)
def test_a_child_is_another_person(name: str) -> None:
    assert not same_person(name, "Ann Lee")
    assert surname(name) == "lee"


@pytest.mark.parametrize(("asked", "description"), DESCRIBED)
def test_a_description_means_somebody(asked: str, description: str) -> None:
    assert means(asked, description)


@pytest.mark.parametrize("case", PEOPLES.strip().split("\n"))
def test_a_people_speaks_through_its_delegation(case: str) -> None:
    assert is_asked(*case.split("|"), "")


@pytest.mark.parametrize("asked", ["Guardian", "the Turkish minister", "Mr.", "the queen"])
def test_other_words_mean_somebody_else(asked: str) -> None:
    assert not means(asked, "guardian, minister of France")


@pytest.mark.parametrize(("phrase", "expected"), HEADS.items())
def test_the_word_that_says_what_a_phrase_is(phrase: str, expected: str) -> None:
    assert head(phrase) == expected


@pytest.mark.parametrize("name", cases(NAMES))
def test_names_in_a_question(name: str) -> None:
    assert found(name) == [name]


def test_names_in_a_sentence() -> None:
    text = "The mayor met Émile Zola. However, Monday was I Ching day in Vik."

    assert [word for _, _, word in named(text)] == [
        "Émile", "Zola", "Monday", "Ching", "Vik"
    ]  # fmt: skip
    assert INNER_NAME.findall(text) == ["Émile", "Zola", "Monday", "Ching", "Vik"]
    assert not re.fullmatch(NAME, "zola")


@pytest.mark.slow
@pytest.mark.parametrize(
    "table",
    [
        "_PARTICLE", "HONORIFICS", "_TITLE", "_LESSER_TITLE", "_OFFICE", "_SKY", "_LETTERS",
        "_SPELLINGS", "_GENERATIONS", "_LINKS", "_LITTLE", "_COUNTRIES", "_DETERMINERS",
        "_OF_A_COUNTRY", "_PEOPLES",
    ],
)  # fmt: skip
def test_each_word_of_names_is_needed(table: str) -> None:
    assert survivors(f"retrieval.english.names:{table}", f"{__name__}:results") == []
