import ctypes
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from retrieval.articles.passages import Passage
from retrieval.library.embeddings import Embedded
from retrieval.library.vectors import Vectors

SECRET = b"zyxwabc decree "


def leave_in_memory() -> None:
    """Fill memory blocks of many sizes with the secret, in many threads, and free them."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]

    def churn() -> None:
        places = []
        for size in [392, 400, 408, 600, 1676, 3000, 8000] * 90:
            place = libc.malloc(size)
            ctypes.memmove(place, (SECRET * 1000)[:size], size)
            places.append(place)
        for place in places[::2] + places[1::2]:
            libc.free(place)

    threads = [threading.Thread(target=churn) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="needs the GNU C library")
@pytest.mark.slow
def test_memory_contents_do_not_leak_into_the_files(tmp_path: Path) -> None:
    for number in range(8):
        leave_in_memory()
        vectors = Vectors(tmp_path / f"vectors-{number}")
        vectors.open()
        vectors.upsert(
            Embedded(Passage("a", start, start + 1, "x"), "", np.ones(384, dtype=np.float32))
            for start in range(5)
        )
        vectors.close()

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 8
    assert [path.name for path in files if b"zyxwabc" in path.read_bytes()] == []
