from pathlib import Path

import pytest

from retrieval.newsdesk import Newsdesk


@pytest.fixture(scope="session")
def shared(seeded: Newsdesk) -> Path:
    """The data folder of a library with the sample articles, not to be changed."""
    return seeded.index.library.folder.parent
