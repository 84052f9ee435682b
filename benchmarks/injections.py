"""What of instructions that are planted in articles reaches users, with a model that obeys them.

    python -m benchmarks.injections [--data FOLDER]

FOLDER holds `hostile/injections.jsonl.gz`. Each string is planted at the start, in the middle and
at the end of an article, as its title, author and publisher, each time with one of 14 demands for a
canary behind it; a loopback model obeys every instruction that it sees. Asked are a question on the
article, and the string itself.
"""

import argparse
import gzip
import json
import tempfile
from contextlib import closing
from pathlib import Path

from rich.progress import track

from retrieval.answers.language_model import LanguageModel
from retrieval.newsdesk import Newsdesk
from tests.loopback.injections import PLACES, asked_and_given_away
from tests.loopback.model_server import KEY, Server


def main() -> None:
    """Plant, ask, count."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.injections")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    with gzip.open(given.data / "hostile/injections.jsonl.gz", "rt", encoding="utf-8") as rows:
        texts = [json.loads(row)["text"] for row in rows]
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
    print("| planted as | strings | asked | reached the user |\n|---|---|---|---|")
    for place, found in wrong.items():
        print(f"| {place} | {len(texts)} | {2 * len(texts)} | {len(found)} |")
    print("\n".join(one for found in wrong.values() for one in found))


if __name__ == "__main__":
    main()
