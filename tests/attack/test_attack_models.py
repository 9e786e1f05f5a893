"""ONNX models that were made to do harm, on both runtimes: refused or published, and the server lives and starts again."""

import json
from itertools import pairwise

import pytest

from harness.server import ROOT, wait_for
from onnx_bytes import A_GRAPH, A_TENSOR, FLOAT, INT64, attribute, field, graph, model, node, tensor, value

PLAIN = ([node("Identity", ["x"], ["y"])], [value("x", [1])], [value("y", [1])])


def nested(deep: int) -> bytes:
    """`If` in `If` in `If`."""
    inner = graph([node("Identity", ["x"], ["o"])], [], [value("o", [1])])
    for _ in range(deep):
        branches = (
            [attribute("then_branch", A_GRAPH, inner), attribute("else_branch", A_GRAPH, inner)] if deep < 12 else [attribute("then_branch", A_GRAPH, inner)]
        )
        inner = graph([node("If", ["c"], ["o"], branches)], [], [value("o", [1])])
    return inner


def identities(count: int) -> bytes:
    names = ["x"] + [f"n{number}" for number in range(count - 1)] + ["y"]
    nodes = [node("Identity", [one], [other]) for one, other in pairwise(names)]
    return graph(nodes, [value("x", [1])], [value("y", [1])])


def with_axis(name: str) -> bytes:
    return graph([node("Identity", ["x"], ["y"])], [value("x", [name])], [value("y", [name])])


def external(place: str) -> bytes:
    return graph([node("Add", ["x", "w"], ["y"])], [value("x", [1])], [value("y", [1])], [tensor("w", [1], external=place)])


def constant(axes: list[int]) -> bytes:
    """A tensor as large as it says."""
    shape = tensor("s", [len(axes)], b"".join(axis.to_bytes(8, "little", signed=True) for axis in axes), INT64)
    return graph([node("ConstantOfShape", ["s"], ["y"])], [value("x", [1])], [value("y", ["n"])], [shape])


MODELS = {
    "parentheses in an axis": model(with_axis("(" * 20_000 + "N" + ")" * 20_000)),
    "signs in an axis": model(with_axis("-" * 50_000 + "N")),
    "a sum in an axis": model(with_axis("N" + "+N" * 20_000)),
    "odd words in an axis": model(with_axis("batch*seq/2^(3)-%x")),
    "an axis that steers": model(with_axis("\x1b[2J\u202e")),
    "a few branches": model(nested(6)),
    "many branches": model(nested(200)),
    "a thousand branches": model(nested(1_000)),
    "a long chain": model(identities(20_000)),
    "passwd as weights": model(external("/etc/passwd")),
    "the keys as weights": model(external("../../../../bootstrap.json")),
    "zeros without end": model(external("/dev/zero")),
    "memory as weights": model(external("/proc/self/mem")),
    "a pipe as weights": model(external("/dev/stdin")),
    "a loop of names": model(graph([node("Add", ["x", "b"], ["a"]), node("Add", ["a", "x"], ["b"])], [value("x", [1])], [value("b", [1])])),
    "a node of itself": model(graph([node("Identity", ["y"], ["y"])], [value("x", [1])], [value("y", [1])])),
    "the same name twice": model(graph([node("Identity", ["x"], ["y"]), node("Neg", ["x"], ["y"])], [value("x", [1])], [value("y", [1])])),
    "no outputs": model(graph(PLAIN[0], PLAIN[1], [])),
    "an output of nothing": model(graph([], PLAIN[1], [value("z", [1])])),
    "weights without data": model(graph([node("Add", ["x", "w"], ["y"])], *PLAIN[1:], [tensor("w", [1 << 20, 1 << 20])])),
    "weights of negative size": model(graph([node("Add", ["x", "w"], ["y"])], *PLAIN[1:], [tensor("w", [-1], b"\0" * 4)])),
    "weights over 64 bits": model(graph([node("Add", ["x", "w"], ["y"])], *PLAIN[1:], [tensor("w", [1 << 62, 1 << 62], b"\0" * 4)])),
    "an axis of negative length": model(graph(PLAIN[0], [value("x", [-5])], PLAIN[2])),
    "an axis over all memory": model(graph(PLAIN[0], [value("x", [1 << 50])], [value("y", [1 << 50])])),
    "a constant over all memory": model(constant([1 << 40])),
    "a constant of negative size": model(constant([-3])),
    "an unknown type": model(graph(PLAIN[0], [value("x", [1], 99)], PLAIN[2])),
    "opset 0": model(graph(*PLAIN), 0),
    "opset 9999": model(graph(*PLAIN), 9999),
    "a constant without a value": model(graph([node("Constant", [], ["y"])], PLAIN[1], PLAIN[2])),
    "a constant of a graph": model(graph([node("Constant", [], ["y"], [attribute("value", A_GRAPH, graph(*PLAIN))])], PLAIN[1], PLAIN[2])),
    "a constant of nothing": model(
        graph([node("Constant", [], ["y"], [attribute("value", A_TENSOR, tensor("", [0], b"", FLOAT))])], PLAIN[1], [value("y", [0])])
    ),
    "no graph": field(1, 8),
    "nothing": b"",
    "text": b"this is no model",
}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_that_was_made_to_do_harm(importer, tmp_path, name):
    package = tmp_path / "package"
    (package / "model").mkdir(parents=True)
    (package / "model/model.onnx").write_bytes(MODELS[name])
    config = {"model_type": "ONNX", "model_algorithm": "attack", "apis": [{"url": "/", "method": "post"}]}
    (package / "model/config.json").write_text(json.dumps(config))
    body = {
        "model_name": "harm-" + "".join(letter if letter.isalnum() else "-" for letter in name),
        "model_version": "1.0.0",
        "source_location": importer.upload(package),
        "model_type": "ONNX",
    }
    answer = importer.call("POST", "/v1/{project}/models", json=body)
    assert answer.status_code < 500, answer.text
    if answer.status_code < 300:
        model_id = answer.json()["model_id"]

        def over() -> dict | None:
            told = importer.manage("GET", f"/v1/{{project}}/models/{model_id}")
            return told if told["model_status"] != "publishing" else None

        told = wait_for(over, 60, f"the import of {name}")
        assert told["model_status"] in ("published", "failed"), told
        assert "root:" not in json.dumps(told) and importer.bootstrap["secret_key"] not in json.dumps(told)
    assert importer.process.poll() is None, importer.log()[-4000:]


def test_the_server_goes_on_and_starts_again(importer):
    importer.import_model("good", ROOT / "samples/iris")
    assert importer.stop() == 0
    importer.start()
    importer.import_model("better", ROOT / "samples/iris")
