"""Small file systems of their own, so that a test can fill a disk, or make it read-only. Mounting needs root."""

import shutil
import subprocess
from pathlib import Path

import pytest

STEP = 1 << 16


def mount(*arguments: str) -> None:
    mounted = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")


class SmallDisk:
    """A file system of so many MiB at a folder, until it is closed."""

    def __init__(self, folder: Path, mebibytes: int):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        mount("-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder))

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


class FailingDisk:
    """An ext4 file system in a file beside the folder, which a test can make read-only under whoever writes to it, as the kernel does after an error."""

    def __init__(self, folder: Path, mebibytes: int):
        self.folder = folder
        self.image = folder.with_suffix(".image")
        folder.mkdir(parents=True, exist_ok=True)
        with self.image.open("wb") as image:
            image.truncate(mebibytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self.image)], check=True)
        self.mount()

    def mount(self, options: str = "loop") -> None:
        mount("-o", options, str(self.image), str(self.folder))

    def turn_read_only(self) -> None:
        """Files that are open for writing stay open, and cannot be written any more."""
        subprocess.run(["mount", "-o", "remount,abort", str(self.folder)], check=True, capture_output=True)

    def unmount(self) -> None:
        subprocess.run(["umount", str(self.folder)], check=True)

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], capture_output=True)
        self.image.unlink(missing_ok=True)
