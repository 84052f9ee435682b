"""How many instructions planted in articles reach users, with a model that obeys them all.

    python -m benchmarks.injections [--data FOLDER]

FOLDER holds `hostile/injections.jsonl.gz`. Each string is planted at the start, in the middle and
at the end of an article, and as its title, author and publisher, each time followed by one of 14
demands for a certain word, the canary. A model on loopback obeys every instruction that it sees. It
is asked a question about the article, and the string itself.
"""

import tempfile
from contextlib import closing
from pathlib import Path

from rich.progress import track

from benchmarks.questions import options, rows
from benchmarks.tables import print_head, print_row
from retrieval.answers.language_model import LanguageModel
from retrieval.newsdesk import Newsdesk
from tests.loopback.injections import PLACES, asked_and_given_away
from tests.loopback.model_server import KEY, Server


def main() -> None:
    """Plant, ask, count."""
    given = options(__doc__).parse_args()
    texts = [row["text"] for row in rows(given.data / "hostile/injections.jsonl.gz")]
    server = Server()
    model = LanguageModel("openai:gpt-x", url=server.address, key=KEY)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Newsdesk(Path(folder), create=True, language_model=model)) as desk,
    ):
        wrong = {
            place: [
                one
                for number, text in enumerate(track(texts, place))
                for one in asked_and_given_away(desk, server, text, place, number)
            ]
            for place in PLACES
        }
    server.stop()
    print_head("planted as", "strings", "asked", "reached the user")
    for place, found in wrong.items():
        print_row(place, len(texts), 2 * len(texts), len(found))
    print("\n".join(one for found in wrong.values() for one in found))


if __name__ == "__main__":
    main()
