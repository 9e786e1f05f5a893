"""A small file system of its own, so that a test can fill a disk. Mounting needs root."""

import shutil
import subprocess
from pathlib import Path

import pytest

STEP = 1 << 16


class SmallDisk:
    """A file system of so many MiB at a folder, until it is closed."""

    def __init__(self, folder: Path, mebibytes: int):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)], capture_output=True, text=True)
        if mounted.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")

    @property
    def filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        """Writes until there is no room."""
        with self.filler.open("ab", buffering=0) as file:
            for piece in (STEP, 4096, 1):
                try:
                    while file.write(bytes(piece)) == piece:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self.filler.unlink(missing_ok=True)

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.folder).free

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True)
