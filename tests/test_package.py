"""What people get: the release archive, the Debian package on a bare Debian, the container image. Made from the binary that is tested."""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import tarfile
import tempfile
from functools import partial
from pathlib import Path

import pytest

from harness.server import BINARY, ROOT, wait_for

FIXTURE = Path(__file__).parent / "fixtures/first-light/sqlite"
CACHE = ROOT / ".cache/bare-debian"


def run(*command: object, limit: int = 300, **more) -> subprocess.CompletedProcess:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=limit, **more)


def does(*command: object, **more) -> str:
    ran = run(*command, **more)
    assert ran.returncode == 0, f"{command}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """The folder of `make package`, with a Debian package of an earlier version beside it."""
    out, older = tmp_path_factory.mktemp("package"), tmp_path_factory.mktemp("older")
    for folder, version in ((out, []), (older, ["--version", "0.0.9"])):
        does("cargo", "xtask", "package", "--binary", BINARY, "--quick", "--out", folder, *version, cwd=ROOT)
    (package,) = older.glob("*.deb")
    shutil.move(package, out / "older.deb")
    return out


@pytest.fixture(scope="module")
def bare_debian() -> Path:
    """A bare Debian as a tar, with systemd and nothing else beside what it must have; fetched once for each machine."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("a bare Debian is made by root, with debootstrap")
    if run("unshare", "--mount", "true").returncode != 0:
        pytest.skip("root may not mount anything here: this is a container without the right to")
    archive = CACHE / "debian-systemd.tar"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        lines = [line.split() for line in does("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(CREATED_BY)").splitlines()]
        mirror, suite = next((line[0], line[1]) for line in lines if line[-1] == "Packages" and "-" not in line[1])
        root = CACHE / "root"
        # A mirror that is slow for a moment is tried again.
        for rest in (2, 1, 0):
            shutil.rmtree(root, ignore_errors=True)
            made = run("debootstrap", "--variant=minbase", "--include=systemd-sysv", suite, root, mirror, limit=900)
            if made.returncode == 0:
                break
            assert rest, f"debootstrap: {made.returncode}\n{made.stdout[-2000:]}\n{made.stderr[-2000:]}"
        does("tar", "--create", "--file", CACHE / "new.tar", "--directory", root, "--exclude=./var/cache/apt", "--exclude=./var/lib/apt/lists", ".")
        (CACHE / "new.tar").rename(archive)
        shutil.rmtree(root)
    return archive


class Machine:
    """A file system to install on."""

    def __init__(self, archive: Path, root: Path):
        self.root = root
        root.mkdir()
        does("tar", "--extract", "--file", archive, "--directory", root)
        does("mount", "-t", "proc", "proc", root / "proc")

    def close(self) -> None:
        does("umount", self.root / "proc")

    def run(self, *command: str, **more) -> subprocess.CompletedProcess:
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return run("chroot", self.root, *command, env=environment, **more)

    def does(self, *command: str) -> str:
        ran = self.run(*command)
        assert ran.returncode == 0, f"{command}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    def install(self, package: Path) -> None:
        shutil.copy(package, self.root / "tmp/adyton.deb")
        self.does("dpkg", "--install", "/tmp/adyton.deb")

    def unit(self) -> dict[str, str]:
        """The settings of the service."""
        lines = (self.root / "usr/lib/systemd/system/adyton.service").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))

    def serve(self) -> subprocess.Popen:
        """Runs `ExecStart` as the unit's user, without systemd."""
        unit = self.unit()
        program = ["chroot", str(self.root), "setpriv", "--reuid", unit["User"], "--regid", unit["Group"], "--init-groups", "--"]
        addresses = ["--gateway", "127.0.0.1:0", "--control", "127.0.0.1:0"]
        (self.root / "var/lib/adyton/ready.json").unlink(missing_ok=True)
        server = subprocess.Popen(
            [*program, *shlex.split(unit["ExecStart"]), *addresses], stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        )

        def up() -> bool:
            assert server.poll() is None, server.stderr.read()
            return (self.root / "var/lib/adyton/ready.json").exists()

        try:
            wait_for(up, 60, "the packaged server")
        except BaseException:
            server.kill()
            raise
        return server


def stop(server: subprocess.Popen) -> None:
    server.terminate()
    assert server.wait(40) == 0, server.stderr.read()


@pytest.fixture
def machine(bare_debian, tmp_path):
    machine = Machine(bare_debian, tmp_path / "machine")
    yield machine
    machine.close()


def test_checksums_and_the_release_archive(packages, tmp_path):
    listed = dict(reversed(line.split("  ")) for line in (packages / "SHA256SUMS").read_text().splitlines())
    assert len(listed) == 2
    for name, sum in listed.items():
        assert hashlib.sha256((packages / name).read_bytes()).hexdigest() == sum, name
    (archive,) = packages.glob("adyton-*-linux-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
        assert {(entry.uid, entry.gid) for entry in tar} == {(0, 0)}
    (folder,) = tmp_path.iterdir()
    assert does(folder / "bin/adyton", "--version").startswith("adyton ")
    assert {"LICENSE", "README.md", "CHANGELOG.md", "bin", "docs", "etc", "samples", "systemd"} <= set(os.listdir(folder))
    assert "is valid" in does(folder / "bin/adyton", "config", "check", "--config", folder / "etc/adyton.toml")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_the_units_are_whole(tmp_path):
    for name in ("adyton.service", "adyton.socket"):
        unit = (ROOT / "packaging/systemd" / name).read_text()
        (tmp_path / name).write_text(unit.replace("/usr/bin/adyton", str(BINARY)))
    ran = run("systemd-analyze", "verify", "--man=no", tmp_path / "adyton.service", tmp_path / "adyton.socket")
    assert (ran.returncode, [line for line in ran.stderr.splitlines() if "adyton" in line]) == (0, []), ran.stderr


@pytest.mark.skipif(shutil.which("lintian") is None, reason="lintian is not installed")
def test_debian_s_own_check_has_nothing_to_say_of_the_package(packages):
    (package,) = packages.glob("adyton_*.deb")
    ran = run("lintian", "--allow-root", "--fail-on", "error,warning", "--display-level", ">=warning", package)
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout + ran.stderr


def test_the_debian_package_is_installed_upgraded_removed_and_purged(packages, machine):
    (newer,) = packages.glob("adyton_*.deb")
    machine.install(packages / "older.deb")
    data, config = machine.root / "var/lib/adyton", machine.root / "etc/adyton/adyton.toml"
    assert data.stat().st_mode & 0o777 == 0o700 and config.stat().st_mode & 0o777 == 0o640
    assert machine.does("stat", "--format", "%U:%G", "/var/lib/adyton").strip() == "adyton:adyton"
    assert machine.does("stat", "--format", "%U:%G", "/etc/adyton/adyton.toml").strip() == "root:adyton"
    # What the guide needs is there, and links from page to page lead somewhere.
    about = "/usr/share/doc/adyton"
    machine.does("test", "-e", "/usr/share/adyton/samples/iris/model/config.json", "-a", "-e", f"{about}/samples/poetry/README.md")
    machine.does("test", "-e", f"{about}/docs/guide/operating.md", "-a", "-e", f"{about}/docs/monitoring/alerts.yml", "-a", "-e", f"{about}/SECURITY.md")
    # As it was installed, it serves; its user owns what it made.
    server = machine.serve()
    try:
        assert "ready: control at" in machine.does("env", "ADYTON_GATEWAY__LISTEN=127.0.0.1:0", "adyton", "health", "--data", "/var/lib/adyton")
    finally:
        stop(server)
    assert machine.does("stat", "--format", "%U %a", "/var/lib/adyton/master.key").split() == ["adyton", "600"]
    # Data of the first version, and settings that somebody has changed, are kept by an upgrade.
    shutil.rmtree(data)
    shutil.copytree(FIXTURE, data)
    machine.does("chown", "--recursive", "adyton:adyton", "/var/lib/adyton")
    data.chmod(0o700)
    config.write_text(config.read_text() + "[throttle]\ndefault_per_second = 7\n")
    machine.install(newer)
    assert "default_per_second = 7" in config.read_text() and config.stat().st_mode & 0o777 == 0o640
    known = json.loads((FIXTURE / "bootstrap.json").read_text())
    server = machine.serve()
    try:
        assert json.loads((data / "ready.json").read_text())["project_id"] == known["project"]["id"]
    finally:
        stop(server)
    machine.does("adyton", "backup", "/root/adyton.tar.gz", "--data", "/var/lib/adyton")
    # Removed, the data stays; purged, nothing does.
    machine.does("dpkg", "--remove", "adyton")
    assert not (machine.root / "usr/bin/adyton").exists() and (data / "master.key").exists() and config.exists()
    machine.does("dpkg", "--purge", "adyton")
    assert not data.exists() and not config.parent.exists()
    assert machine.run("getent", "passwd", "adyton").returncode == 2
    # What was backed up is restored for the package's user.
    machine.install(newer)
    machine.does("adyton", "restore", "/root/adyton.tar.gz", "--data", "/var/lib/adyton")
    assert machine.does("find", "/var/lib/adyton", "!", "-user", "adyton") == ""
    stop(machine.serve())


CONTAINERS = '[containers]\ndefault_ulimits = ["nofile=10000:10000", "nproc=9000:9000"]\n'


class Podman:
    """Containers and images of one test."""

    def __init__(self, folder: Path):
        (folder / "containers.conf").write_text(CONTAINERS)
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CONTAINERS_CONF": str(folder / "containers.conf")}
        # Its name may have 50 characters.
        self.short = tempfile.mkdtemp(prefix="adyton-", dir="/tmp")
        self.place = ["podman", "--runtime", "runc", "--root", folder / "storage", "--runroot", self.short, "--cgroup-manager", "cgroupfs"]
        self.place += ["--storage-driver", "vfs"]

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        return run(*self.place, *arguments, env=self.environment)

    def __call__(self, *arguments: object, check: bool = True) -> str:
        ran = self.run(*arguments)
        assert ran.returncode == 0 or not check, f"podman {arguments}: {ran.stdout}\n{ran.stderr}"
        return ran.stdout.strip()

    def close(self) -> None:
        self("rm", "--force", "--all", "--time", "0", "--volumes", check=False)
        self("rmi", "--all", "--force", check=False)
        shutil.rmtree(self.short, ignore_errors=True)


@pytest.fixture
def podman(tmp_path):
    if os.geteuid() != 0 or not shutil.which("podman") or not shutil.which("runc"):
        pytest.skip("podman and runc are not installed, or this is not root")
    podman = Podman(tmp_path)
    yield podman
    podman.close()


def test_systemd_runs_the_package_keeps_its_address_open_and_lets_go_of_it(packages, bare_debian, podman, tmp_path):
    root = tmp_path / "booted"
    root.mkdir()
    does("tar", "--extract", "--file", bare_debian, "--directory", root)
    for name in ("adyton_*.deb", "older.deb"):
        (package,) = packages.glob(name)
        shutil.copy(package, root / ("newer.deb" if name.startswith("adyton") else name))
    podman("run", "--detach", "--name", "machine", "--systemd=always", "--privileged", "--network=none", "--rootfs", root, "/sbin/init")
    inside = partial(podman, "exec", "machine")

    def main_process() -> str:
        return inside("systemctl", "show", "--property=MainPID", "--value", "adyton")

    def is_healthy() -> bool:
        return podman.run("exec", "machine", "adyton", "health", "--data", "/var/lib/adyton").returncode == 0

    states = partial(inside, "systemctl", "is-active", "adyton.service", "adyton.socket", check=False)
    wait_for(lambda: inside("systemctl", "is-system-running", check=False) in ("running", "degraded"), 60, "systemd")
    inside("dpkg", "--install", "/older.deb")
    # The installation has started it, and a start returns once it answers: nobody who signs in now is told that no server runs.
    assert is_healthy()
    assert "serving: gateway at http://127.0.0.1:8080" in inside("systemctl", "show", "--property=StatusText", "adyton")
    process = main_process()
    assert inside("stat", "--format", "%U", f"/proc/{process}") == "adyton"
    # It takes new settings, comes back from a crash, and is another one after an upgrade; its address stays open meanwhile.
    inside("sh", "-c", "printf '[throttle]\\ndefault_per_second = 7\\n' >> /etc/adyton/adyton.toml")
    inside("systemctl", "reload", "adyton")
    wait_for(lambda: "changes applied: 1" in inside("systemctl", "show", "--property=StatusText", "adyton"), 30, "the settings to be told of")
    inside("sh", "-c", f"kill -9 {process}")
    assert states().splitlines()[1] == "active"
    wait_for(lambda: main_process() not in ("0", process) and is_healthy(), 60, "the server to come back")
    inside("dpkg", "--install", "/newer.deb")
    assert is_healthy()
    assert states() == "active\nactive"
    inside("dpkg", "--remove", "adyton")
    assert states() == "inactive\ninactive"
    inside("dpkg", "--purge", "adyton")
    assert inside("systemctl", "list-units", "--all", "--no-legend", "adyton*") == ""


def test_the_image_serves_as_nobody_in_particular_on_a_root_that_is_read_only(packages, bare_debian, podman):
    podman("import", bare_debian, "localhost/debian:bare")
    podman("build", "--format", "docker", "--network=none", "--build-arg", "BASE=localhost/debian:bare", "--tag", "adyton:test", packages / "image")
    about = json.loads(podman("image", "inspect", "adyton:test"))[0]
    assert about["Config"]["User"] == "10001:10001" and "/var/lib/adyton" in about["Config"]["Volumes"]
    # The addresses are the machine's, so that no network has to be made for it. Servers of other tests take any port of 127.0.0.1.
    own = f"127.77.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    listen = [f"ADYTON_{name}__LISTEN={own}:{port}" for name, port in (("GATEWAY", 8080), ("CONTROL", 8081))]
    podman("run", "--detach", "--name", "adyton", "--read-only", "--cap-drop=all", "--network=host", "--env", listen[0], "--env", listen[1], "adyton:test")

    def healthy() -> bool:
        assert podman("inspect", "--format", "{{.State.Status}}", "adyton") == "running", podman.run("logs", "adyton")
        return podman.run("exec", "adyton", "/usr/bin/adyton", "health").returncode == 0

    wait_for(healthy, 60, "the container to be healthy")
    assert podman("healthcheck", "run", "adyton") == ""
    assert podman("exec", "adyton", "id", "-u") == "10001"
    assert podman("exec", "adyton", "stat", "--format", "%u %a", "/var/lib/adyton").split() == ["10001", "700"]
    podman("stop", "--time", "40", "adyton")
    assert podman("inspect", "--format", "{{.State.ExitCode}}", "adyton") == "0"
