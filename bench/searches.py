"""What searches of the journal cost everybody's predictions: latency beside SEARCHES clients that search without pause.

    .venv/bin/python bench/searches.py [--binary target/release/adyton]

Fills a journal, then measures predictions three times: alone; beside clients whose searches a *second* server answers, so that
their own processor time is in the comparison; and beside the same clients at this server. What counts is the third against the
second. It is a measurement, not a test: a busy machine moves all three.
"""

import argparse
import http.client
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

SEARCHES = 60
SECONDS = 10.0
RECORDS = 60_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/adyton")
    parser.add_argument("--records", type=int, default=RECORDS, help="records in each journal")
    options = parser.parse_args()
    os.environ["ADYTON_BINARY"] = str(options.binary)
    from harness.callers import TokenHolder
    from harness.server import Server

    with tempfile.TemporaryDirectory(prefix="adyton-searches-") as name:
        servers = []
        try:
            for place in ("own", "other"):
                (Path(name) / place).mkdir()
                settings = {"throttle.default_per_second": 0, "journal.strangers_per_second": 4_000_000_000}
                servers.append(Server(Path(name) / place, settings).start())
            own, other = servers
            iris = own.deploy("iris", ROOT / "samples/iris")
            for server in servers:
                fill(server, options.records)
            caller = TokenHolder(own.token())
            print(f"{SEARCHES} clients, {options.records} records in each journal, {SECONDS:.0f} s each")
            show("alone", predictions(own, iris, caller), None)
            for title, server in (("beside searches elsewhere", other), ("beside searches here", own)):
                crowd = Crowd(server)
                show(title, predictions(own, iris, caller), crowd.end())
        finally:
            for server in servers:
                server.close()
    return 0


def fill(server, number: int) -> None:
    """Refused requests, pipelined on one connection."""
    import socket

    host, port = server.gateway.removeprefix("http://").split(":")
    one = f"GET /nowhere/{'x' * 200} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {'y' * 200}\r\n\r\n".encode()
    with socket.create_connection((host, int(port))) as wire:
        reader = threading.Thread(target=drain, args=(wire,))
        reader.start()
        for _ in range(number // 100):
            wire.sendall(one * 100)
        wire.shutdown(socket.SHUT_WR)
        reader.join()


def drain(wire) -> None:
    while wire.recv(1 << 20):
        pass


def predictions(server, service, caller) -> list[float]:
    """Milliseconds of each call of one client, one after the other."""
    host = server.gateway.removeprefix("http://")
    body = b'{"data":{"req_data":[{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}]}}'
    headers = {"X-Auth-Token": caller.token, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(host, timeout=60)
    took, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        start = time.perf_counter()
        connection.request("POST", service.path, body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        took.append((time.perf_counter() - start) * 1e3)
        time.sleep(0.002)
    return took


class Crowd:
    """Clients that search without pause."""

    def __init__(self, server):
        self.host = server.control.removeprefix("http://")
        self.path = f"/adyton/v1/{server.project}/requests?limit=1000&status=418"
        self.headers = {"X-Auth-Token": server.token()}
        self.answers: dict[int, int] = {}
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.search) for _ in range(SEARCHES)]
        for thread in self.threads:
            thread.start()

    def search(self) -> None:
        while not self.over.is_set():
            connection = http.client.HTTPConnection(self.host, timeout=60)
            connection.request("GET", self.path, headers=self.headers)
            answer = connection.getresponse()
            answer.read()
            connection.close()
            self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
            if answer.status == 429:
                self.over.wait(int(answer.headers["retry-after"]))

    def end(self) -> dict[int, int]:
        self.over.set()
        for thread in self.threads:
            thread.join()
        return self.answers


def show(title: str, took: list[float], answers: dict[int, int] | None) -> None:
    took = sorted(took)
    p99 = took[len(took) * 99 // 100]
    said = "" if answers is None else "  searches " + ", ".join(f"{status}: {number}" for status, number in sorted(answers.items()))
    print(f"{title:28} n={len(took):<6} p50={statistics.median(took):.2f} p99={p99:.2f} max={took[-1]:.1f} ms{said}")


if __name__ == "__main__":
    sys.exit(main())
