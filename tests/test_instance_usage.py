"""What instances take of the machine: programs, models in processes of their own, and models in the server."""

import json
import re

import pytest

from harness import programs
from harness.callers import TokenHolder, call
from harness.server import ROOT, Server, Service, wait_for

IRIS = (ROOT / "samples/iris/request.json").read_bytes()
# A parent that only waits, and a child that has 64 MiB and works on each call: what they take is told of the instance, not of the parent.
FAMILY = """
import os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

if os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
held = bytearray(os.urandom(1 << 20) * 64)

class Works(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        sum(number * number for number in range(2_000_000))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Works).serve_forever()
"""
MIB = 1 << 20


def usage(server: Server, service: Service) -> dict:
    """What its only instance took in the last hour."""
    used = server.manage("GET", f"/adyton/v1/{{project}}/services/{service.id}/metrics?range=1h")["total"]["usage"]
    return used[0] if used else {}


def instances(server: Server, service: Service) -> list[dict]:
    return server.manage("GET", f"/v1/{{project}}/services/{service.id}/monitor")["monitors"][0]["instances"]


def metric(server: Server, name: str, instance: str) -> float | None:
    page = server.http.get(f"{server.control}/metrics").text
    found = re.search(rf'^{name}\{{.*instance_id="{instance}".*\}} (\S+)$', page, re.MULTILINE)
    return float(found[1]) if found else None


def test_a_programs_whole_family_is_measured(new_server, tmp_path):
    server = new_server().start()
    family = server.deploy("family", programs.package(tmp_path, "family", FAMILY))
    token = TokenHolder(server.token())
    before = wait_for(lambda: usage(server, family), 20, "a first look")
    assert before["memory_bytes"] > 64 * MIB, before
    assert [call(server, token, family.path, body=b"x").status for _ in range(5)] == [200] * 5
    after = wait_for(lambda: (now := usage(server, family))["cpu_s"] >= before["cpu_s"] + 0.1 and now, 20, "the work of the calls")
    assert after["instance_id"] == instances(server, family)[0]["instance_id"]
    shown = server.run("service", "metrics", "family").stdout
    assert re.search(r"CPU S +MEMORY", shown) and "MiB" in shown, shown
    assert re.search(r"instances +\S+  ready, cpu [\d.]+ %, [\d.]+ MiB", server.run("service", "show", "family").stdout)
    assert metric(server, "adyton_instance_memory_bytes", after["instance_id"]) > 64 * MIB
    assert metric(server, "adyton_instance_cpu_seconds_total", after["instance_id"]) >= 0.1


@pytest.mark.parametrize("isolation", ["never", "always"])
def test_a_model_in_the_server_has_no_memory_of_its_own_and_one_in_a_process_has(new_server, isolation):
    server = new_server({"onnx.isolation": isolation}).start()
    iris = server.deploy("iris", ROOT / "samples/iris")
    token = TokenHolder(server.token())
    for _ in range(50):
        assert call(server, token, iris.path, body=IRIS).status == 200
    used = wait_for(lambda: (now := usage(server, iris)) and now["cpu_s"] > 0 and now, 20, "what it took")
    instance = instances(server, iris)[0]
    assert used["instance_id"] == instance["instance_id"]
    if isolation == "never":
        assert "memory_bytes" not in used and "memory_bytes" not in instance, (used, instance)
        assert metric(server, "adyton_instance_memory_bytes", instance["instance_id"]) is None
    else:
        assert used["memory_bytes"] > 8 * MIB and instance["memory_bytes"] > 8 * MIB, (used, instance)
    assert metric(server, "adyton_instance_cpu_seconds_total", instance["instance_id"]) > 0


def test_instances_that_share_a_process_are_told_equal_parts(new_server):
    server = new_server({"onnx.isolation": "always"}).start()
    iris = server.deploy("iris", ROOT / "samples/iris", instance_count=2)
    both = wait_for(lambda: all("memory_bytes" in one for one in instances(server, iris)) and instances(server, iris), 20, "both")
    assert len(both) == 2
    one, other = (found["memory_bytes"] for found in both)
    assert abs(one - other) < MIB, both


def test_what_was_measured_outlives_the_server(new_server, tmp_path):
    server = new_server().start()
    family = server.deploy("family", programs.package(tmp_path, "family", FAMILY))
    before = wait_for(lambda: usage(server, family), 20, "a first look")
    assert server.stop() == 0
    server.start()
    kept = server.manage("GET", f"/adyton/v1/{{project}}/services/{family.id}/metrics?range=1h")["total"]["usage"]
    assert before["instance_id"] in [one["instance_id"] for one in kept], json.dumps(kept)
