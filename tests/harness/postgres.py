"""A throw-away PostgreSQL from Debian's packages: of its own folder, reached through a socket in it, ended with the test."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from .disk import SmallDisk


class Postgres:
    """One server with one empty database; on a file system of so many MiB of its own if that is said."""

    def __init__(self, mebibytes: int | None = None):
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        assert found, "PostgreSQL is not installed: apt-get install postgresql (the tests start a server of their own)"
        self.programs = found[-1].parent
        # Outside of root's home, which the user postgres cannot enter.
        self.folder = Path(tempfile.mkdtemp(prefix="adyton-postgres-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.user: list[str] = []
        if os.geteuid() == 0:
            # The server refuses to run as root.
            shutil.chown(self.folder, "postgres", "postgres")
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]

        self.disk: SmallDisk | None = None
        if mebibytes is not None:
            self.disk = SmallDisk(self.folder / "data", mebibytes)
            shutil.chown(self.disk.folder, "postgres", "postgres")
            self.disk.folder.chmod(0o700)

    @property
    def url(self) -> str:
        return f"postgres://adyton@localhost/adyton?host={self.folder}"

    def run(self, program: str, *arguments: str, **more) -> subprocess.CompletedProcess:
        return subprocess.run([*self.user, str(self.programs / program), *arguments], check=True, cwd=self.folder, stdout=subprocess.PIPE, **more)

    def start(self, data: str = "data") -> "Postgres":
        if not (self.folder / data / "PG_VERSION").exists():
            self.run("initdb", "-D", str(self.folder / data), "--no-sync", "--auth=trust", "-U", "adyton", "-E", "UTF8", "--locale=C.UTF-8")
        self.resume()
        self.run("createdb", "-h", str(self.folder), "-U", "adyton", "adyton")
        return self

    def resume(self) -> None:
        """Starts it (again)."""
        options = f"-h '' -k '{self.folder}'"
        # What the server keeps open must not be our pipe, whose end is waited for.
        subprocess.run(
            [*self.user, str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o", options, "start"],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
        )

    def stop(self, mode: str = "immediate") -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def processes(self) -> list[int]:
        """The server's processes: the first, and those that it has made."""
        first = int((self.folder / "data/postmaster.pid").read_text().split()[0])
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]

    def freeze(self) -> None:
        """Stops it where it is: connections stay open, and nobody answers."""
        for process in self.processes():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self.processes():
            os.kill(process, signal.SIGCONT)

    @property
    def runs(self) -> bool:
        return (self.folder / "data/postmaster.pid").exists()

    def ask(self, sql: str) -> bool:
        """Runs one statement; whether it succeeded."""
        psql = [*self.user, str(self.programs / "psql"), "-h", str(self.folder), "-U", "adyton", "-c", sql, "adyton"]
        return subprocess.run(psql, cwd=self.folder, capture_output=True).returncode == 0

    def restore(self, dump: bytes) -> None:
        """Runs the SQL of a dump in the database."""
        self.run("psql", "-h", str(self.folder), "-U", "adyton", "-v", "ON_ERROR_STOP=1", "-q", "adyton", input=dump)

    def dump(self) -> bytes:
        return self.run("pg_dump", "-h", str(self.folder), "-U", "adyton", "--no-owner", "--no-privileges", "adyton").stdout

    def close(self) -> None:
        if self.runs:
            self.thaw()
            self.stop()
        if self.disk:
            self.disk.close()
        shutil.rmtree(self.folder, ignore_errors=True)
