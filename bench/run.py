"""Measures CPU time per request beside nginx doing the same job, in the same run. `make bench` calls it.

For each target: one gateway thread, the same upstream, 32 kept connections from wrk, CPU time from /proc before and after.
Rounds are interleaved and each round gives ratios of its own, so that a busy or throttled machine moves both sides; what is
reported is the median of the ratios. README.md has the method and results.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import boosted  # noqa: E402
from harness.callers import App, AppCodeHolder, KeyHolder, TokenHolder  # noqa: E402
from harness.server import Server, wait_for  # noqa: E402

CONNECTIONS = 32
BASELINE = "nginx, proxied"
# What the design aims at, as ratios to the baseline. One that is missed is said, and `make bench` fails.
GOALS = {
    "adyton, proxied, AppCode": 0.90,
    "adyton, proxied, token": 0.95,
    "adyton, proxied, signature": 1.00,
    "adyton, in process": 0.60,
}
# What a caller's credentials may cost beside an AppCode.
BESIDE = "adyton, proxied, AppCode"
CREDENTIALS = {"adyton, proxied, token": 1.06, "adyton, proxied, signature": 1.12}


@dataclass
class Target:
    """Something to be measured: whose CPU time, and which request."""

    name: str
    process: int
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Sample:
    """One measurement."""

    requests: int
    seconds: float
    cpu_seconds: float
    p99_ms: float

    @property
    def cpu_us(self) -> float:
        return self.cpu_seconds / self.requests * 1e6


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="adyton-bench-") as name:
        folder = Path(name)
        settings = {"gateway.threads": 1, "throttle.default_per_second": 1_000_000, "journal.access_log": folder / "adyton-access.log"}
        (folder / "server").mkdir()
        server = Server(folder / "server", settings).start()
        nginx = None
        try:
            service, in_process, app = deploy(server, boosted.write_package(folder / "boosted"))
            port = free_port()
            nginx = start_nginx(folder, server, service, app, port)
            targets = all_targets(server, service, in_process, app, nginx.pid, port)
            place(server.process.pid, nginx.pid)
            samples = measure(folder, targets, options)
        finally:
            if nginx:
                nginx.terminate()
                nginx.wait()
            server.close()
    return 0 if options.load_only else report(samples, options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="how often each target is measured (7)")
    parser.add_argument("--seconds", type=int, default=3, help="how long one measurement takes (3)")
    parser.add_argument("--load-only", action="store_true", help="call all targets, and compare nothing")
    return parser.parse_args()


def deploy(server: Server, package: Path):
    service = server.deploy("upstream", ROOT / "bench/upstream")
    in_process = server.deploy("boosted", package)
    app = App.create(server, "bench", service)
    app.authorize(server, in_process)
    return service, in_process, app


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_nginx(folder: Path, server: Server, service, app: App, port: int) -> subprocess.Popen:
    headers = {"X-Apig-AppCode": app.code}
    answer = server.http.post(server.gateway + service.path, headers=headers, data=b"{}")
    assert answer.status_code == 200, answer.text
    values = {"FOLDER": folder, "APP_CODE": app.code, "UPSTREAM_PORT": answer.headers["X-Upstream-Port"], "PORT": port, "SERVICE": service.id}
    text = (ROOT / "bench/nginx.conf").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    (folder / "nginx.conf").write_text(text)
    command = ["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    nginx = subprocess.Popen(command, env=os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin"})

    def up() -> bool:
        assert nginx.poll() is None, "nginx ended; is its port taken?"
        try:
            return server.http.post(f"http://127.0.0.1:{port}{service.path}", headers=headers, data=b"{}").json() == {"ok": True}
        except OSError:
            return False

    wait_for(up, 10, "nginx")
    return nginx


def all_targets(server: Server, service, in_process, app: App, nginx: int, port: int) -> list[Target]:
    first = server.bootstrap
    body = b'{"text":"' + b"m" * 200 + b'"}'
    json_headers = {"Content-Type": "application/json"}
    code = AppCodeHolder(app.code)

    def ours(name, caller, to, content):
        url = server.gateway + to.path
        # A signature counts for 15 minutes, longer than a run takes.
        return Target(name, server.process.pid, url, caller.headers("POST", url, json_headers, content), content)

    def theirs(name, path):
        return Target(name, nginx, f"http://127.0.0.1:{port}{path}", json_headers | {"X-Apig-AppCode": app.code}, body)

    return [
        theirs(BASELINE, service.path),
        theirs("nginx, static answer", "/v1/infers/static"),
        ours("adyton, proxied, AppCode", code, service, body),
        ours("adyton, proxied, token", TokenHolder(server.token()), service, body),
        ours("adyton, proxied, signature", KeyHolder(first["access_key"], first["secret_key"]), service, body),
        ours("adyton, in process", code, in_process, boosted.body()),
    ]


def cores() -> tuple[int, int] | None:
    """One core for the gateways, another for the load and the upstream; nothing is placed where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[0], usable[1]) if len(usable) > 1 else None


def place(server: int, nginx: int) -> None:
    """Each gateway works on the first core, what it calls on the second, so that no gateway is measured while it is preempted by its load."""
    if not (pair := cores()):
        return
    gateways, others = pair
    upstream = descendants(server)
    for process in [server, nginx, *descendants(nginx)]:
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {gateways})
    for process in upstream:
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {others})


def descendants(process: int) -> list[int]:
    children = [int(pid) for thread in Path(f"/proc/{process}/task").iterdir() for pid in (thread / "children").read_text().split()]
    return children + [pid for child in children for pid in descendants(child)]


def measure(folder: Path, targets: list[Target], options) -> dict[str, list[Sample]]:
    scripts = {}
    for number, target in enumerate(targets):
        scripts[target.name] = folder / f"{number}.lua"
        scripts[target.name].write_text(wrk_script(target))
        load(target, scripts[target.name], 1)
    samples: dict[str, list[Sample]] = {target.name: [] for target in targets}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
        # Turned round every time, so that nobody is always first.
        for target in targets if number % 2 == 0 else reversed(targets):
            samples[target.name].append(load(target, scripts[target.name], options.seconds))
    return samples


def wrk_script(target: Target) -> str:
    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = ['wrk.method = "POST"', f"wrk.body = {quoted(target.body.decode())}"]
    lines += [f"wrk.headers[{quoted(name)}] = {quoted(value)}" for name, value in target.headers.items()]
    return "\n".join(lines)


def load(target: Target, script: Path, seconds: int) -> Sample:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), target.url]
    before = cpu_seconds(target.process)
    pair = cores()
    output = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=seconds + 60, preexec_fn=pair and (lambda: os.sched_setaffinity(0, {pair[1]}))
    ).stdout
    used = cpu_seconds(target.process) - before
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"{target.name}: not every request was answered well\n{output}")
    count, took = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    return Sample(int(count), float(took), used, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit])


def cpu_seconds(process: int) -> float:
    """User and system time of a process and its children that live (nginx's worker; ours are programs of models: left out)."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    workers = [pid for pid in children if Path(f"/proc/{pid}/comm").read_text() == "nginx\n" and is_worker_of(int(pid), process)]
    return sum(own_cpu_seconds(pid) for pid in [process, *map(int, workers)])


def is_worker_of(process: int, master: int) -> bool:
    return Path(f"/proc/{master}/comm").read_text() == "nginx\n" and process != master


def own_cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report(samples: dict[str, list[Sample]], options) -> int:
    base = samples[BASELINE]
    print(f"\nmedians of {options.rounds} rounds of {options.seconds} s, {CONNECTIONS} connections; ratio: CPU time per request to that of `{BASELINE}`\n")
    print("| target | ratio | lowest–highest | CPU µs a request | requests/s | p99 ms | goal |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    medians = {name: statistics.median(ratios(rounds, base)) for name, rounds in samples.items()}
    missed = []
    for name, rounds in samples.items():
        of_rounds = ratios(rounds, base)
        verdict = judged(medians[name], GOALS.get(name))
        if verdict.endswith("missed"):
            missed.append(f"{name}: {medians[name]:.2f}, not {GOALS[name]:.2f}")
        cpu = statistics.median(sample.cpu_us for sample in rounds)
        rate = statistics.median(sample.requests / sample.seconds for sample in rounds)
        p99 = statistics.median(sample.p99_ms for sample in rounds)
        spread = f"{min(of_rounds):.2f}–{max(of_rounds):.2f}"
        print(f"| {name} | {medians[name]:.2f} | {spread} | {cpu:.1f} | {rate:,.0f} | {p99:.2f} | {verdict} |")
    print(f"\nbeside {BESIDE}")
    for name, goal in CREDENTIALS.items():
        ratio = statistics.median(ratios(samples[name], samples[BESIDE]))
        print(f"  {name}: {ratio:.2f}, {judged(ratio, goal)}")
        if ratio > goal:
            missed.append(f"{name} beside {BESIDE}: {ratio:.2f}, not {goal:.2f}")
    for line in missed:
        print(f"MISSED {line}")
    return 1 if missed else 0


def ratios(rounds: list[Sample], base: list[Sample]) -> list[float]:
    """CPU time per request beside another target's, round by round."""
    return [ours.cpu_us / theirs.cpu_us for ours, theirs in zip(rounds, base)]


def judged(ratio: float, goal: float | None) -> str:
    return "" if goal is None else f"≤ {goal:.2f}: {'met' if ratio <= goal else 'missed'}"


if __name__ == "__main__":
    sys.exit(main())
