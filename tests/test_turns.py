"""Models that take as long as they may to load, whosever they are, keep only each other waiting: others upload, import, deploy and delete meanwhile."""

import time

import pytest

from harness import graph
from harness.server import ONNX_LIBRARY, ROOT, Server

IRIS = ROOT / "samples/iris"
# An import that takes long leaves its place after 10 s.
SOON = 40


def endless(number: int) -> bytes:
    """A model that never answers, other than all others."""
    body = graph.graph(
        [graph.node("Identity", ["go"], ["on"]), graph.node("Add", ["v", "one"], ["w"])],
        [graph.port("i", graph.INT64, []), graph.port("go", graph.BOOL, []), graph.port("v", graph.FLOAT, [1])],
        [graph.port("on", graph.BOOL, []), graph.port("w", graph.FLOAT, [1])],
        [graph.floats("one", [1], [float(number)])],
    )
    loop = graph.node("Loop", ["n", "", "x"], ["y"], graph.subgraph("body", body))
    return graph.graph([loop], [graph.port("x", graph.FLOAT, [1])], [graph.port("y", graph.FLOAT, [1])], [graph.whole("n", [2**62])])


def begin_import(server: Server, name: str, location: str) -> str:
    body = {"model_name": name, "model_version": "1.0.0", "model_type": "ONNX", "source_location": location}
    return server.manage("POST", "/v1/{project}/models", json=body)["model_id"]


@pytest.mark.skipif(not ONNX_LIBRARY, reason="the compiled-in runtime refuses loops")
def test_models_that_never_load_keep_no_other_project_from_importing(new_server, tmp_path):
    server = new_server({"onnx.load_timeout": "10m"}).start()
    gone = server.import_model("gone", IRIS)
    slow = []
    # More than there are places, for those that take long too.
    for number in range(6):
        project = server.in_project(f"slow-{number}")
        package = graph.package(tmp_path / f"slow-{number}", endless(number))
        slow.append((project, begin_import(project, "endless", project.upload(package))))
    begin = time.monotonic()
    # Its package is looked at once no import of it runs; nobody's import waits for that.
    server.manage("DELETE", f"/v1/{{project}}/models/{gone}")
    tenant = server.in_project("tenant")
    service = tenant.deploy("iris", IRIS)
    answer = tenant.http.post(service.address, json={"instances": [[5.1, 3.5, 1.4, 0.2]]}, headers={"X-Auth-Token": tenant.token()})
    assert answer.status_code < 500, answer.text
    took = time.monotonic() - begin
    assert took < SOON, f"{took:.0f} s"
    for project, model in slow:
        assert project.manage("GET", f"/v1/{{project}}/models/{model}")["model_status"] == "publishing"
    # At a stop they would have their time.
    server.kill()


def test_one_project_has_so_many_imports_that_wait(new_server, tmp_path):
    server = new_server().start()
    location = server.upload(IRIS)
    waiting = 0
    for number in range(130):
        body = {"model_name": f"m-{number}", "model_version": "1.0.0", "model_type": "ONNX", "source_location": location}
        answer = server.call("POST", "/v1/{project}/models", json=body)
        if answer.status_code == 429:
            break
        assert answer.status_code < 300, answer.text
        waiting += 1
    assert waiting >= 100
    server.kill()
