from pathlib import Path

import pytest

from retrieval.newsdesk import Newsdesk


@pytest.fixture(scope="session")
def shared(seeded: Newsdesk) -> Path:
    """The data folder of a library that holds the seeds; for looking only."""
    return seeded.index.library.folder.parent
