from dataclasses import replace
from pathlib import Path

from retrieval.answers.answer import DECLINED
from retrieval.answers.pipeline import prove
from retrieval.newsdesk import Newsdesk
from retrieval.questions.question import Question
from tests.conftest import SEEDS


def test_a_quote_that_is_not_in_the_library_is_not_shown(data: Path) -> None:
    desk = Newsdesk(data, create=True)
    [*desk.sync([SEEDS])]
    answer = desk.ask("what did Brandt say about the eelgrass?")
    first = answer.citations[0]
    libraries = {"shared": desk.index.library}
    assert prove(answer, libraries) == answer

    altered = replace(first, quote=first.quote.replace("eelgrass", "seagrass"))
    shown = prove(replace(answer, citations=(altered, *answer.citations[1:])), libraries)

    assert altered.quote not in shown.text
    assert [one.number for one in shown.citations] == [*range(1, len(shown.citations) + 1)]
    assert shown.found == bool(answer.citations[1:])


def test_a_quote_withdrawn_since_it_was_found_is_not_shown(data: Path) -> None:
    desk = Newsdesk(data, create=True)
    [*desk.sync([SEEDS])]
    answer = desk.ask(Question("what did Starmer say?"))
    desk.remove([answer.citations[0].hit.article])

    shown = prove(answer, {"shared": desk.index.library})

    assert (shown.found, shown.text, shown.citations) == (False, DECLINED, ())
    assert answer.citations[0].hit.article.id not in {hit.article.id for hit in shown.hits}
