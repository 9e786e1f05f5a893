"""Which refusals the tests have provoked over a socket, so that the last test can say which of the catalogue are missing.

Where the tests run in several processes, each leaves what it saw in the folder `ADYTON_TEST_PROVOKED`; whoever asks reads all of it.
"""

import json
import os
from pathlib import Path

SEEN: set[str] = set()

FOLDER = os.environ.get("ADYTON_TEST_PROVOKED", "")


def note(headers) -> None:
    """Remembers the sub-code of one answer; header names in any case."""
    for name, value in headers.items():
        if name.lower() == "x-adyton-reason":
            SEEN.add(value)


def hook(response, *_, **__) -> None:
    """The same, for a `requests` session."""
    note(response.headers)


def leave(process: str, files: set[Path]) -> None:
    """Leaves what this process saw, and the files whose tests were among those of its run, for the process of the last test."""
    if FOLDER:
        Path(FOLDER, f"{process}.json").write_text(json.dumps({"seen": sorted(SEEN), "files": sorted(map(str, files))}))


def by_all(files: set[Path]) -> tuple[set[str], set[Path]]:
    """What this process and all others saw, and the files of whose tests; `files` are this one's."""
    seen, files = set(SEEN), set(files)
    for left in Path(FOLDER).glob("*.json") if FOLDER else []:
        told = json.loads(left.read_text())
        seen |= set(told["seen"])
        files |= set(map(Path, told["files"]))
    return seen, files
