"""Outputs as large as their caller says: the call is answered or refused in words, and the server, other models and memory stay."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from onnx import TensorProto, helper

from harness.server import ONNX_LIBRARY, ROOT, Server
from test_attack_graphs import ANY, floats, model, node, resident, value, whole

MEMORY = 1024  # MiB
# What a call may take for a moment beside what models may, in MiB.
ROOM = 512

X = value("x", ["n"], TensorProto.INT64)
BYTES = value("y", None, TensorProto.INT8)
BYTE = helper.make_tensor("v", TensorProto.INT8, [1], [1])
TEXT = helper.make_tensor("c", TensorProto.STRING, [1], ["a text of some length that is no short one"])

GRAPHS = {
    "bytes": model([node("ConstantOfShape", ["x"], ["y"], value=BYTE)], [X], [BYTES]),
    "floats": model([node("Expand", ["c", "x"], ["y"])], [X], [ANY], [floats("c", [0.123456789])]),
    "copies": model([node("Tile", ["c", "x"], ["y"])], [X], [ANY], [floats("c", [0.123456789])]),
    "texts": model([node("Expand", ["c", "x"], ["y"])], [X], [value("y", None, TensorProto.STRING)], [TEXT]),
    "numbers": model(
        [node("Squeeze", ["x"], ["s"]), node("Range", ["a", "s", "d"], ["y"])],
        [value("x", [1], TensorProto.INT64)],
        [value("y", None, TensorProto.INT64)],
        [whole("a", 0), whole("d", 1)],
    ),
    "many outputs": model(
        [node("ConstantOfShape", ["x"], ["z"], value=BYTE), *(node("Neg", ["z"], [f"y{at}"]) for at in range(8))],
        [X],
        [value(f"y{at}", None, TensorProto.INT8) for at in range(8)],
    ),
}
SIZES = [3, 1 << 18, 500 << 20, 1 << 31, 1 << 33, 1 << 62, 2**63 - 1, -1]
# What fits as it is and not as JSON takes its time.
LONG = [10 << 20, 40 << 20, 100 << 20, 200 << 20, 250 << 20, 300 << 20, 400 << 20, 700 << 20, 900 << 20]


@pytest.fixture(scope="module", params=["auto", "always"])
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose models may have little memory; they run in it, or in processes of their own."""
    if not ONNX_LIBRARY:
        pytest.skip("ONNX Runtime is not there")
    settings = {"onnx.memory": f"{MEMORY}MiB", "onnx.isolation": request.param, "throttle.default_per_second": 0}
    server = Server(tmp_path_factory.mktemp(request.param), settings).start()
    server.deploy("iris", ROOT / "samples/iris")
    yield server
    assert server.process.poll() is None and "panicked" not in server.log(), server.log()[-4000:]
    server.close()


@pytest.mark.parametrize("name", GRAPHS)
def test_outputs_that_are_too_large_end_their_call_alone(small: Server, tmp_path: Path, name: str, times: int):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(GRAPHS[name])
    (folder / "config.json").write_text('{"model_type": "ONNX", "model_algorithm": "a"}')
    service = small.deploy(name.replace(" ", "-"), tmp_path)
    before, statuses = resident(small), []
    for size in [*SIZES[:2], *(LONG if times > 1 else []), *SIZES[2:]]:
        headers = {"X-Auth-Token": small.token(), "Content-Type": "application/json"}
        answer = small.http.post(service.address, data=json.dumps({"inputs": {"x": [size]}}), headers=headers, stream=True, timeout=60)
        statuses.append(answer.status_code)
        said = answer.raw.read(2000)
        answer.close()
        assert answer.status_code == 200 or (answer.status_code == 500 and b"MR.0105" in said), (size, said)
        assert small.process.poll() is None, small.log()[-4000:]
    # Of numbers up to -1 there are none, which is an answer.
    assert statuses[0] == 200 and set(statuses[-6:-1]) == {500}, statuses
    assert resident(small) < before + MEMORY + ROOM
    small.call("DELETE", f"/v1/{{project}}/services/{service.id}")
