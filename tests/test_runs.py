"""A stranger's graph: does the server live, whatever loading or running it does? Does a run end when nobody waits for it?"""

import json
import os
import shutil
import threading
from pathlib import Path

import pytest
import requests

from harness import graph
from harness.server import ECHO, ONNX_LIBRARY, ROOT, Server, wait_for

ENDLESS = '{"inputs":{"n":9223372036854775807,"x":[0]}}'
SHORT = '{"inputs":{"n":3,"x":[0]}}'
IRIS = ROOT / "samples/iris"
ROW = '{"data":{"req_data":[{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}]}}'

onnx_runtime = pytest.mark.skipif(not ONNX_LIBRARY, reason="the compiled-in runtime has no loops")


def ask(server: Server, path: str, body: str) -> requests.Response:
    headers = {"X-Auth-Token": server.token(), "Content-Type": "application/json"}
    return server.http.post(server.gateway + path, data=body, headers=headers, timeout=60)


def metric(server: Server, name: str) -> int:
    page = server.call("GET", "/metrics").text
    return next(int(line.split()[1]) for line in page.splitlines() if line.startswith(name + " "))


def in_background(server: Server, path: str, count: int) -> tuple[list[threading.Thread], list[requests.Response]]:
    """Endless calls; the answers that they get."""
    answers: list[requests.Response] = []
    calls = [threading.Thread(target=lambda: answers.append(ask(server, path, ENDLESS))) for _ in range(count)]
    for call in calls:
        call.start()
    return calls, answers


def is_quiet(server: Server) -> bool:
    return metric(server, "adyton_inference_running") == 0


@onnx_runtime
def test_an_endless_loop_costs_its_callers_a_504_and_nobody_else_an_answer(new_server, tmp_path):
    server = new_server({"gateway.prediction_timeout": "2s", "throttle.default_per_second": 0}).start()
    evil = server.deploy("evil", graph.package(tmp_path / "evil", graph.counting()))
    # No model keeps another project's callers waiting.
    neighbour = server.in_project("neighbour")
    iris = neighbour.deploy("iris", IRIS)
    calls, answers = in_background(server, evil.path, (os.cpu_count() or 1) + 2)
    while any(call.is_alive() for call in calls):
        assert ask(neighbour, iris.path, ROW).status_code == 200
    assert {answer.status_code for answer in answers} == {504}
    # The work has ended with its callers: the threads are free, and the same model answers again.
    wait_for(lambda: is_quiet(server), 5, "the runs to end")
    assert metric(server, "adyton_inference_ended_total") >= 1
    assert metric(server, "adyton_inference_lost_threads_total") == 0
    assert ask(server, evil.path, SHORT).json() == {"outputs": {"y": [3.0]}}


@onnx_runtime
def test_a_client_that_leaves_ends_its_run(new_server, tmp_path):
    server = new_server().start()
    evil = server.deploy("evil", graph.package(tmp_path / "evil", graph.counting()))
    with pytest.raises(requests.exceptions.ReadTimeout):
        headers = {"X-Auth-Token": server.token(), "Content-Type": "application/json"}
        server.http.post(server.gateway + evil.path, data=ENDLESS, headers=headers, timeout=0.5)
    wait_for(lambda: is_quiet(server), 5, "the run to end")
    assert metric(server, "adyton_inference_ended_total") == 1


@onnx_runtime
def test_the_end_of_a_service_ends_its_runs(new_server, tmp_path):
    server = new_server({"gateway.shutdown_grace": "500ms"}).start()
    evil = server.deploy("evil", graph.package(tmp_path / "evil", graph.counting()))
    calls, answers = in_background(server, evil.path, 1)
    wait_for(lambda: not is_quiet(server), 10, "the run to begin")
    server.manage("DELETE", f"/v1/{{project}}/services/{evil.id}")
    wait_for(lambda: is_quiet(server), 10, "the run to end")
    calls[0].join(10)
    assert answers[0].json()["error_code"] == "ModelArts.4302", answers[0].text


@onnx_runtime
def test_the_end_of_the_server_ends_its_runs(new_server, tmp_path):
    server = new_server({"gateway.shutdown_grace": "500ms"}).start()
    evil = server.deploy("evil", graph.package(tmp_path / "evil", graph.counting()))
    calls, _ = in_background(server, evil.path, 1)
    wait_for(lambda: not is_quiet(server), 10, "the run to begin")
    assert server.stop() == 0
    calls[0].join(10)


def refused(server: Server, package: Path) -> str:
    """Imports a package that cannot be; why it cannot."""
    body = {"model_name": package.name, "model_version": "1.0.0", "model_type": "ONNX", "source_location": server.upload(package)}
    model_id = server.manage("POST", "/v1/{project}/models", json=body)["model_id"]

    def ended() -> dict | None:
        model = server.manage("GET", f"/v1/{{project}}/models/{model_id}")
        return model if model["model_status"] != "publishing" else None

    model = wait_for(ended, 60, "the import to end")
    assert model["model_status"] == "failed", model
    return str(model)


def events(server: Server, service: str) -> str:
    return server.call("GET", f"/v1/{{project}}/services/{service}/events").text


def resident_of(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))) << 10


def resident(server: Server) -> int:
    return resident_of(server.process.pid)


@onnx_runtime
@pytest.mark.parametrize("length", [10_000, 30_000], ids=["400 MB three times", "3.6 GB at once"])
def test_a_prediction_that_takes_more_memory_than_models_may_is_ended_and_gives_it_back(new_server, tmp_path, length):
    server = new_server({"onnx.memory": "1GiB"}).start()
    iris = server.deploy("iris", IRIS)
    squaring = server.deploy("squaring", graph.package(tmp_path / "squaring", graph.squaring(6)))
    before = resident(server)
    for _ in range(2):
        refused = ask(server, squaring.path, json.dumps({"inputs": {"x": [0] * length}}))
        assert refused.status_code == 500
        assert "the models of this server took more memory than `onnx.memory` allows" in refused.text
    assert ask(server, squaring.path, '{"inputs":{"x":[0,0,0]}}').json() == {"outputs": {"y": [0.0]}}
    assert ask(server, iris.path, ROW).status_code == 200
    assert resident(server) < before + (100 << 20)
    # What was refused is not in the way of others.
    for _ in range(4):
        assert ask(server, squaring.path, json.dumps({"inputs": {"x": [0] * 1_000}})).status_code == 200


@onnx_runtime
@pytest.mark.parametrize("isolation", ["never", "always"], ids=["in the server", "in a process of its own"])
def test_what_a_model_may_take_does_not_depend_on_the_predictions_before(new_server, tmp_path, isolation):
    server = new_server({"onnx.memory": "1GiB", "onnx.isolation": isolation}).start()
    squaring = server.deploy("squaring", graph.package(tmp_path / "squaring", graph.squaring(6)))

    def statuses(*lengths: int) -> list[int]:
        return [ask(server, squaring.path, json.dumps({"inputs": {"x": [0] * length}})).status_code for length in lengths]

    # Three tensors are held at once: up to 770 MB are within the bound, whatever came before, and 1.7 GB are not.
    grow, too_large = [200, 4_000, 6_000, 8_000], 12_000
    assert statuses(*grow) == [200] * 4
    for _ in range(2):
        assert statuses(too_large, *reversed(grow)) == [500] + [200] * 4
        assert statuses(*grow) == [200] * 4


@onnx_runtime
def test_programs_have_no_part_in_the_bound_on_the_memory_of_models(new_server):
    server = new_server({"onnx.memory": "1GiB"}).start()
    server.deploy("echo", ECHO)
    programs = [int(entry) for entry in os.listdir("/proc") if entry.isdigit() and parent_of(entry) == server.process.pid]
    limits = [Path(f"/proc/{program}/limits").read_text() for program in programs]
    own = Path("/proc/self/limits").read_text()
    line = next(line for line in own.splitlines() if line.startswith("Max data size"))
    assert programs and all(line in said for said in limits)
    assert line not in Path(f"/proc/{server.process.pid}/limits").read_text()


@onnx_runtime
@pytest.mark.parametrize(
    ("model", "deadly", "said", "harmless"),
    [
        (graph.dividing(), {"x": [-(2**63), 7, -7], "d": [-1, -1, 2]}, '{"outputs":{"y":[-9223372036854775808,-7,-3]}}', None),
        (graph.dividing(), {"x": [5], "d": [0]}, "division by zero", {"x": [5], "d": [2]}),
        (graph.recurrent(), {"x": [[], [], []]}, "inputs.x: no elements, over which LSTM crashes", {"x": [[[1, 2]]]}),
        (graph.unique(), {"x": [[], []]}, "inputs.x: no elements, over which Unique crashes", {"x": [[1, 1], [2, 2]]}),
    ],
    ids=["least by -1", "by 0", "empty batch", "nothing to compare"],
)
def test_no_input_ends_the_server_inside_of_onnx_runtime(new_server, tmp_path, model, deadly, said, harmless):
    server = new_server().start()
    service = server.deploy("fragile", graph.package(tmp_path / "fragile", model))
    assert said in ask(server, service.path, json.dumps({"inputs": deadly})).text
    if harmless:
        assert ask(server, service.path, json.dumps({"inputs": harmless})).status_code == 200
    assert server.process.poll() is None


@onnx_runtime
def test_a_model_whose_callers_could_end_the_server_is_refused_where_it_may_have_no_process_of_its_own(new_server, tmp_path):
    server = new_server({"onnx.isolation": "never"}).start()
    said = refused(server, graph.package(tmp_path / "spectral", graph.spectral()))
    assert "(STFT) ends the process in ONNX Runtime when the step between frames is 0" in said
    assert "onnx.isolation" in said


def isolated(server: Server) -> list[int]:
    """The processes of models: those of the server's own binary."""
    children = [entry for entry in os.listdir("/proc") if entry.isdigit() and parent_of(entry) == server.process.pid]
    return [int(child) for child in children if "keeper" in command_of(child)]


@onnx_runtime
def test_a_model_that_a_caller_can_crash_runs_in_a_process_of_its_own_and_comes_back(new_server, tmp_path):
    server = new_server().start()
    iris = server.deploy("iris", IRIS)
    # With operators so old, the division cannot be rewritten.
    dividing = server.deploy("dividing", graph.package(tmp_path / "dividing", graph.dividing(), opset=7))
    good = json.dumps({"inputs": {"x": [7, -7], "d": [2, 2]}})
    right = ask(server, dividing.path, good)
    assert right.json() == {"outputs": {"y": [3, -3]}}
    crashed = ask(server, dividing.path, json.dumps({"inputs": {"x": [-(2**63)], "d": [-1]}}))
    assert crashed.status_code == 500 and "SIGFPE" in crashed.text
    assert ask(server, iris.path, ROW).status_code == 200
    # It is started again, as a program that crashed is; so is one that somebody else ended while it had nothing to do.
    for _ in range(2):
        wait_for(lambda: ask(server, dividing.path, good).text == right.text, 30, "the model to come back")
        (process,) = isolated(server)
        os.kill(process, 9)
        wait_for(lambda: process not in isolated(server), 10, "its end to be noticed")
    assert "crashed" in events(server, dividing.id) and server.process.poll() is None
    server.manage("DELETE", f"/v1/{{project}}/services/{dividing.id}")
    wait_for(lambda: not isolated(server), 10, "the process to end with its service")


@onnx_runtime
def test_a_model_in_a_process_of_its_own_has_a_bound_on_its_memory_and_gives_it_back(new_server, tmp_path):
    server = new_server({"onnx.memory": "1GiB", "onnx.isolation": "always"}).start()
    squaring = server.deploy("squaring", graph.package(tmp_path / "squaring", graph.squaring(6)))

    def call(length: int) -> requests.Response:
        return ask(server, squaring.path, json.dumps({"inputs": {"x": [0] * length}}))

    for length in (12_000, 30_000):
        refused = call(length)
        assert refused.status_code == 500 and "memory" in refused.text, refused.text
        wait_for(lambda: call(3).text == '{"outputs":{"y":[0.0]}}', 30, "the next answer")
        # What was refused holds nothing that others need.
        wait_for(lambda: call(6_000).status_code == 200, 10, "memory for one that needs half as much")
    (process,) = isolated(server)
    wait_for(lambda: resident_of(process) < 400 << 20, 10, "the memory to be given back")


@onnx_runtime
def test_a_process_of_a_model_ends_with_its_server(new_server, tmp_path):
    server = new_server({"onnx.isolation": "always"}).start()
    evil = server.deploy("evil", graph.package(tmp_path / "evil", graph.counting()))

    def lose() -> None:
        with pytest.raises(requests.ConnectionError):
            ask(server, evil.path, ENDLESS)

    call = threading.Thread(target=lose)
    call.start()
    wait_for(lambda: not is_quiet(server), 10, "the run to begin")
    (process,) = isolated(server)
    os.kill(server.process.pid, 9)
    server.process.wait(10)
    wait_for(lambda: not Path(f"/proc/{process}").exists() or "Z" in Path(f"/proc/{process}/stat").read_text().split()[2], 10, "its end")
    call.join(10)


def command_of(process: str) -> str:
    """Its command line; nothing once it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def parent_of(process: str) -> int:
    try:
        return int(next(line.split()[1] for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("PPid:")))
    except OSError:
        return 0


@pytest.mark.parametrize("bomb", ["(" * 20_000 + "N" + ")" * 20_000, "-" * 50_000 + "N"])
def test_a_graph_that_ends_its_reader_is_refused_and_the_server_lives(new_server, tmp_path, bomb):
    server = new_server({"onnx.library": "builtin"}).start()
    iris = server.deploy("iris", IRIS)
    refused(server, graph.package(tmp_path / "bomb", graph.named_axis(bomb)))
    assert server.process.poll() is None
    assert server.status_of(iris.id) == "running"


@onnx_runtime
def test_a_model_that_takes_more_memory_than_it_may_is_refused_with_the_setting(new_server, tmp_path):
    server = new_server({"onnx.load_memory": "1GiB"}).start()
    said = refused(server, graph.package(tmp_path / "hungry", graph.hungry(1 << 31)))
    assert "ran out of memory" in said and "onnx.load_memory" in said, said
    assert server.process.poll() is None


@onnx_runtime
def test_a_deployed_model_that_kills_its_loader_is_tried_once_and_again_when_it_is_started(new_server, tmp_path):
    server = new_server().start()
    iris = server.deploy("iris", IRIS)
    hungry = server.deploy("hungry", graph.package(tmp_path / "hungry", graph.hungry(1 << 27)))
    server.stop()
    # As on another machine: nothing is remembered, and there is less memory.
    shutil.rmtree(server.data / "trials")
    server.settings["onnx.load_memory"] = "384MiB"
    for said in ("ran out of memory", "not be retried automatically"):
        server.start()
        wait_for(lambda: server.status_of(hungry.id) == "failed", 60, "the service to fail")
        server.wait_for_status(iris.id, "running")
        assert said in events(server, hungry.id)
        server.stop()
    server.settings["onnx.load_memory"] = "0"
    server.start()
    wait_for(lambda: server.status_of(hungry.id) == "failed", 60, "the service to fail still")
    for status in ("stopped", "running"):
        server.manage("PUT", f"/v1/{{project}}/services/{hungry.id}", json={"status": status})
        wait_for(lambda wanted=status: server.status_of(hungry.id) == wanted, 60, f"the service to be {status}")
