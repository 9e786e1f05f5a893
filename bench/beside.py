"""What strangers and readers cost everybody's predictions: latency beside a load that does not belong to them.

    .venv/bin/python bench/beside.py [LOAD …] [--binary target/release/adyton]

Loads: 2,000 connections that send a head a byte a second; 500 uploads under a signature that will not fit; sign-ins with
wrong passwords without pause; 60 clients that search the journal without pause; and `together`, all four at once. Predictions are measured three times: alone;
beside the load at a *second* server, so that the generator's own processor time is in the comparison; and beside the same
load at this server. What counts is the third against the second. It is a measurement, not a test: a busy machine moves all three.
"""

import argparse
import asyncio
import collections
import http.client
import itertools
import json
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

SECONDS = float(os.environ.get("BESIDE_SECONDS", "10"))
STRANGERS = 2_000
UPLOADS = 500
SIGN_INS = 32
SEARCHES = 60
RECORDS = 60_000
# All loads at once.
TOGETHER = "together"
# The most that the 99th percentile beside the load here may be of that beside the load elsewhere.
GOAL = 3.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loads", nargs="*", metavar="LOAD", help=f"{', '.join([*LOADS, TOGETHER])} (each of these)")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/adyton")
    parser.add_argument("--records", type=int, default=RECORDS, help="records in each journal")
    options = parser.parse_args()
    unknown = set(options.loads) - {*LOADS, TOGETHER}
    if unknown:
        parser.error(f"no such load: {', '.join(sorted(unknown))}")
    os.environ["ADYTON_BINARY"] = str(options.binary)
    from harness.callers import TokenHolder
    from harness.server import Server

    missed = 0
    with tempfile.TemporaryDirectory(prefix="adyton-beside-") as name:
        servers = []
        try:
            for place in ("own", "other"):
                (Path(name) / place).mkdir()
                settings = {"throttle.default_per_second": 0, "journal.strangers_per_second": 4_000_000_000}
                servers.append(Server(Path(name) / place, settings).start())
            own, other = servers
            iris = own.deploy("iris", ROOT / "samples/iris")
            addresses = {id(own): iris.path, id(other): other.deploy("iris", ROOT / "samples/iris").path}
            if not options.loads or {"searches", TOGETHER} & set(options.loads):
                for server in servers:
                    fill(server, options.records)
            caller = TokenHolder(own.token())
            print(f"{SECONDS:.0f} s each")
            show("alone", predictions(own, iris, caller), None)
            for load in options.loads or [*LOADS, TOGETHER]:
                tails = []
                for title, server in (("elsewhere", other), ("here", own)):
                    crowds = [Crowd(one, server, addresses[id(server)]) for one in (LOADS if load == TOGETHER else [load])]
                    took = predictions(own, iris, caller)
                    counted = collections.Counter()
                    for crowd in crowds:
                        counted.update(crowd.end())
                    tails.append(show(f"{load} {title}", took, counted))
                ratio = tails[1] / tails[0]
                missed += ratio > GOAL
                print(f"{load}: p99 here to elsewhere {ratio:.2f} (goal ≤ {GOAL:.0f}: {'met' if ratio <= GOAL else 'missed'})")
        finally:
            for server in servers:
                server.close()
    return 1 if missed else 0


def fill(server, number: int) -> None:
    """Refused requests, pipelined on one connection."""
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
    """A load, in a process of its own."""

    def __init__(self, load: str, server, path: str):
        first = server.bootstrap
        self.over = multiprocessing.Event()
        self.up = multiprocessing.Event()
        self.told, tells = multiprocessing.Pipe(duplex=False)
        target = {
            "gateway": server.gateway.removeprefix("http://"),
            "control": server.control.removeprefix("http://"),
            "path": path,
            "project": server.project,
            "token": server.token(),
            "access_key": first["access_key"],
            "domain": first["domain"]["name"],
        }
        self.process = multiprocessing.Process(target=run, args=(load, target, self.up, self.over, tells))
        self.process.start()
        self.up.wait(60)

    def end(self) -> dict[str, int]:
        self.over.set()
        counted = self.told.recv() if self.told.poll(60) else {}
        self.process.join(60)
        if self.process.is_alive():
            self.process.kill()
        return counted


def run(load: str, target: dict, up, over, tells) -> None:
    os.nice(5)
    counted: collections.Counter = collections.Counter()
    asyncio.run(LOADS[load](target, up, over, counted))
    tells.send(dict(counted))


async def everybody(number: int, one, up, over, batch: int = 100) -> None:
    """`number` clients, each of which is begun anew whenever it ends."""

    async def again():
        while not over.is_set():
            try:
                await one()
            except (OSError, EOFError):
                pass
            await asyncio.sleep(0.5)

    tasks = []
    for begun in range(0, number, batch):
        tasks += [asyncio.create_task(again()) for _ in range(min(batch, number - begun))]
        await asyncio.sleep(0.05)
    up.set()
    while not over.is_set():
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def opened(address: str):
    host, port = address.split(":")
    return await asyncio.open_connection(host, int(port))


async def strangers(target, up, over, counted) -> None:
    """Heads that come a byte a second."""

    async def one():
        _, writer = await opened(target["gateway"])
        counted["connections"] += 1
        try:
            for byte in b"POST /v1/infers/x HTTP/1.1\r\nHost: localhost\r\n" * 10:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        finally:
            writer.close()

    await everybody(STRANGERS, one, up, over)


async def uploads(target, up, over, counted) -> None:
    """Large bodies under a known key's public half and a signature that will not fit, 64 KiB ten times a second."""

    async def one():
        reader, writer = await opened(target["gateway"])
        counted["uploads"] += 1
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        signature = f"SDK-HMAC-SHA256 Access={target['access_key']}, SignedHeaders=host;x-sdk-date, Signature={'0' * 64}"
        head = f"POST {target['path']} HTTP/1.1\r\nHost: {target['gateway']}\r\nX-Sdk-Date: {now}\r\nAuthorization: {signature}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 8000000\r\n\r\n"
        try:
            writer.write(head.encode())
            for _ in range(120):
                writer.write(b" " * 65536)
                await writer.drain()
                await asyncio.sleep(0.1)
                if reader.at_eof():
                    break
        finally:
            writer.close()

    await everybody(UPLOADS, one, up, over)


async def called(address: str, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
    reader, writer = await opened(address)
    try:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {address}", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = await reader.read(-1)
    finally:
        writer.close()
    head = answer.split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")
    if not head[0]:
        raise EOFError
    return int(head[0].split()[1]), {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}


async def sign_ins(target, up, over, counted) -> None:
    """Wrong passwords, without pause."""
    tried = itertools.count()

    async def one():
        while not over.is_set():
            # Never the same account twice, so that no lock spares the server its work.
            user = {"name": f"user-{next(tried)}", "password": "wrong", "domain": {"name": target["domain"]}}
            body = json.dumps({"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}).encode()
            status, _ = await called(target["control"], "POST", "/v3/auth/tokens", {"Content-Type": "application/json"}, body)
            counted[f"status {status}"] += 1

    await everybody(SIGN_INS, one, up, over)


async def searches(target, up, over, counted) -> None:
    """Searches that find nothing, without pause but where one is asked for."""
    path = f"/adyton/v1/{target['project']}/requests?limit=1000&status=418"

    async def one():
        while not over.is_set():
            status, headers = await called(target["control"], "GET", path, {"X-Auth-Token": target["token"]}, b"")
            counted[f"status {status}"] += 1
            if status == http.client.TOO_MANY_REQUESTS:
                await asyncio.sleep(int(headers["retry-after"]))

    await everybody(SEARCHES, one, up, over)


LOADS = {"strangers": strangers, "uploads": uploads, "sign-ins": sign_ins, "searches": searches}


def show(title: str, took: list[float], counted: dict[str, int] | None) -> float:
    took = sorted(took)
    p99 = took[len(took) * 99 // 100]
    said = "" if counted is None else "  " + ", ".join(f"{what}: {number}" for what, number in sorted(counted.items()))
    print(f"{title:22} n={len(took):<6} p50={statistics.median(took):.2f} p99={p99:.2f} max={took[-1]:.1f} ms{said}", flush=True)
    return p99


if __name__ == "__main__":
    sys.exit(main())
