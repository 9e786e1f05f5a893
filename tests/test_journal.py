"""The journal under a flood of strangers: tenants' records stay, what is left out is told of, and memory and disk are bounded."""

import http.client
import re
import signal
import socket
import threading

from harness.callers import TokenHolder, call
from harness.disk import SmallDisk
from harness.server import ECHO, Server, wait_for

FLOOD = 600


def metric(server: Server, name: str) -> float:
    text = server.http.get(f"{server.control}/metrics", timeout=10).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, f"no {name} in\n{text}"
    return float(found[1])


def flood(server: Server, path: str, number: int) -> list[str]:
    """Refused requests of a stranger, on one connection; their ids."""
    host = server.gateway.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    ids = []
    for _ in range(number):
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (401, 404)
        ids.append(answer.headers["x-request-id"])
    connection.close()
    return ids


def explained(server: Server, request_id: str):
    url = f"{server.control}/adyton/v1/{server.project}/requests/{request_id}"
    return server.http.get(url, headers={"X-Auth-Token": server.token()}, timeout=10)


def test_a_flood_of_strangers_is_counted_and_costs_no_tenants_record(new_server):
    server = new_server({"journal.strangers_per_second": 50}).start()
    echo = server.deploy("echo", ECHO)
    caller = TokenHolder(server.token())
    mine = [call(server, caller, echo.path).headers["x-request-id"]]
    nowhere = flood(server, "/nowhere/" + "x" * 1000, FLOOD)
    # Matched, but nobody is proven.
    here = flood(server, echo.path, FLOOD)
    mine.append(call(server, caller, echo.path).headers["x-request-id"])
    for start in range(2):
        for request_id in mine:
            assert explained(server, request_id).json()["request"]["status"] == 200
        for ids in (nowhere, here):
            answers = [explained(server, request_id) for request_id in ids[::20]]
            kept = [answer for answer in answers if answer.status_code == 200]
            left_out = [answer for answer in answers if answer.status_code == 404]
            assert kept and left_out and len(kept) + len(left_out) == len(answers)
            for answer in left_out:
                assert answer.headers["x-adyton-reason"] == "manage.record_left_out"
                said = answer.json()["error_msg"]
                assert "127.0.0.1" in said and "journal.strangers_per_second" in said
            for answer in kept:
                record = answer.json()["request"]
                assert len(record["path"]) + len(record["query"]) <= 256
        if start == 0:
            assert metric(server, 'adyton_journal_dropped_records_total{cause="stranger"}') > FLOOD / 2
            assert metric(server, 'adyton_journal_dropped_records_total{cause="ring"}') == 0
            assert metric(server, 'adyton_journal_bytes{shelf="proven"}') > 0
            # A summary in the list says for how many it stands, and explains itself.
            listed = server.manage("GET", f"/adyton/v1/{server.project}/requests?limit=1000")["requests"]
            summaries = [record for record in listed if record["evidence"]["kind"] == "left_out"]
            counted = sum(record["evidence"]["count"] for record in summaries)
            assert counted + len(listed) - len(summaries) == 2 * FLOOD + len(mine)
            run = server.run("explain", summaries[0]["id"])
            assert run.returncode == 0 and "were counted but not kept" in " ".join(run.stdout.split())
            gone = next(answer for answer in answers if answer.status_code == 404)
            missing = server.run("explain", re.search(r"request (\w{32})", gone.json()["error_msg"])[1])
            assert missing.returncode == 1 and "was not kept" in missing.stderr
            assert "×" in server.run("requests", "--limit", "1000").stdout
            # Killed: what was left out is known after a restart, too.
            server.process.send_signal(signal.SIGKILL)
            server.process.wait()
            server.start()


MIB = 1 << 20


def pour(server: Server, number: int) -> None:
    """Refused requests, many at a time on one connection; nobody looks at the answers."""
    host, port = server.gateway.removeprefix("http://").split(":")
    one = f"GET /nowhere/{'x' * 250} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {'y' * 250}\r\n\r\n".encode()

    def drain(wire: socket.socket) -> None:
        while wire.recv(MIB):
            pass

    with socket.create_connection((host, int(port)), timeout=60) as wire:
        reader = threading.Thread(target=drain, args=(wire,))
        reader.start()
        for _ in range(number // 50):
            wire.sendall(one * 50)
        wire.shutdown(socket.SHUT_WR)
        reader.join()


def test_the_journal_leaves_room_on_a_small_disk(new_server, tmp_path):
    disk = SmallDisk(tmp_path / "disk", 64)
    server = new_server({"journal.strangers_per_second": 1_000_000})
    try:
        server.data = disk.folder / "data"
        server.start()
        token = server.new_token()
        reserve = 64 * MIB // 10
        # So much is left that the flood would take all of it.
        with disk.filler.open("ab") as filler:
            filler.write(bytes(disk.free_bytes() - reserve - 2 * MIB))
        pour(server, 8_000)
        wait_for(lambda: disk.free_bytes() >= reserve, 10, "room on the disk")
        assert metric(server, 'adyton_journal_bytes{shelf="strangers"}') < 3 * MIB
        assert metric(server, 'adyton_journal_dropped_records_total{cause="disk"}') == 0
        assert metric(server, "adyton_journal_writable") == 1
        # Somebody else takes the rest: tokens can be revoked all the same, and a killed server starts and reads what is there.
        disk.fill()
        wait_for(lambda: disk.free_bytes() > 0, 10, "the journal to give back its oldest files")
        answer = server.http.delete(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": server.token(), "X-Subject-Token": token}, timeout=10)
        assert answer.status_code == 204
        disk.fill()
        server.kill()
        server.start()
        assert server.manage("GET", f"/adyton/v1/{server.project}/requests?limit=10")["requests"]
    finally:
        server.close()
        disk.close()
