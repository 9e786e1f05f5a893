"""A server for whom it is another time, which a test changes while it runs (Debian's `faketime`)."""

import os
from pathlib import Path

from .server import Server

LIBRARY = "faketime/libfaketimeMT.so.1"


def library() -> Path:
    found = [path for folder in ("/usr/lib", "/usr/local/lib") for path in Path(folder).glob(f"*/{LIBRARY}")]
    assert found, "libfaketime is not installed: apt-get install faketime"
    return found[0]


class FakedClock:
    """The time of day of one server. Its monotonic clock is the machine's, as when a clock is set."""

    def __init__(self, server: Server):
        self.file = server.folder / "time-of-day"
        self.set("+0")
        server.more = {"LD_PRELOAD": str(library()), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def set(self, offset: str) -> None:
        """`+3d` is three days ahead of the machine, `-5d` five days behind it."""
        new = self.file.with_suffix(".new")
        new.write_text(offset + "\n")
        os.replace(new, self.file)
