"""Quantised, recurrent and tree models, as the usual exporters write them, on both runtimes: each answer is that of a session of
ONNX Runtime which has never been asked before, whoever called in between; what a runtime does not know, it refuses by name.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

from harness.server import Server

Inputs = dict[str, np.ndarray]
RANDOM = np.random.default_rng(7)


def some(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype(np.float32)


def model(nodes: list, shapes: dict[str, list], outputs: list[str], weights: dict[str, np.ndarray], learning: int = 0) -> onnx.ModelProto:
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    given = [onnx.ValueInfoProto(name=name) for name in outputs]
    graph = helper.make_graph(nodes, "g", inputs, given, [numpy_helper.from_array(array, name) for name, array in weights.items()])
    sets = [helper.make_opsetid("", 13)] + ([helper.make_opsetid("ai.onnx.ml", learning)] if learning else [])
    made = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=sets, ir_version=8))
    return made


def attention() -> onnx.ModelProto:
    node = helper.make_node
    nodes = [
        node("MatMul", ["x", "wq"], ["q"]),
        node("MatMul", ["x", "wk"], ["k"]),
        node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
        node("MatMul", ["q", "kt"], ["s"]),
        node("Softmax", ["s"], ["p"], axis=-1),
        node("MatMul", ["p", "x"], ["y"]),
    ]
    return model(nodes, {"x": ["n", "t", 4]}, ["y"], {"wq": some(4, 4) * 0.5, "wk": some(4, 4) * 0.5})


def convolution() -> onnx.ModelProto:
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1]),
        node("Relu", ["c"], ["r"]),
        node("GlobalAveragePool", ["r"], ["p"]),
        node("Flatten", ["p"], ["f"]),
        node("Gemm", ["f", "v"], ["g"]),
        node("Softmax", ["g"], ["y"], axis=1),
    ]
    return model(nodes, {"x": ["n", 2, 6, 6]}, ["y"], {"w": some(3, 2, 3, 3), "b": some(3), "v": some(3, 4) * 0.3})


def recurrence(operator: str, gates: int) -> onnx.ModelProto:
    weights = {"w": some(1, gates * 3, 2) * 0.5, "r": some(1, gates * 3, 3) * 0.5, "b": some(1, gates * 6) * 0.3, "v": some(3, 2)}
    nodes = [
        helper.make_node(operator, ["x", "w", "r", "b"], ["s", "h"], hidden_size=3),
        helper.make_node("MatMul", ["h", "v"], ["y"]),
    ]
    return model(nodes, {"x": [4, 1, 2]}, ["y"], weights)


def trees(after: str, weights: list[float], classes: int = 2, base: list[float] | None = None) -> onnx.ModelProto:
    ids = [0] * 4 if classes == 2 else list(range(classes)) * 4
    each = len(ids) // 4
    more = {"base_values": base} if base else {}
    node = helper.make_node(
        "TreeEnsembleClassifier",
        ["x"],
        ["label", "scores"],
        domain="ai.onnx.ml",
        nodes_treeids=[0] * 3 + [1] * 3,
        nodes_nodeids=[0, 1, 2] * 2,
        nodes_featureids=[0, 0, 0, 1, 0, 0],
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"] * 2,
        nodes_values=[0.5, 0.0, 0.0, -0.5, 0.0, 0.0],
        nodes_truenodeids=[1, 0, 0] * 2,
        nodes_falsenodeids=[2, 0, 0] * 2,
        class_treeids=[0] * (2 * each) + [1] * (2 * each),
        class_nodeids=([1] * each + [2] * each) * 2,
        class_ids=ids,
        class_weights=weights,
        classlabels_int64s=[5 + 2 * at for at in range(classes)],
        post_transform=after,
        **more,
    )
    return model([node], {"x": ["n", 2]}, ["label", "scores"], {}, learning=1)


class Calibration(CalibrationDataReader):
    def __init__(self, shape: tuple[int, ...]):
        self.left = [{"x": some(*shape)} for _ in range(6)]

    def get_next(self) -> Inputs | None:
        return self.left.pop() if self.left else None


def dynamic(plain: onnx.ModelProto, to: Path, _shape: tuple[int, ...]) -> None:
    quantize_dynamic(plain, to, weight_type=QuantType.QInt8)


def static(activations: QuantType, form: QuantFormat) -> Callable[[onnx.ModelProto, Path, tuple[int, ...]], None]:
    def quantise(plain: onnx.ModelProto, to: Path, shape: tuple[int, ...]) -> None:
        quantize_static(plain, to, Calibration(shape), quant_format=form, activation_type=activations, weight_type=QuantType.QInt8)

    return quantise


PLAIN = {
    "attention": (attention, [(1, 3, 4), (2, 2, 4)]),
    "convolution": (convolution, [(1, 2, 6, 6), (2, 2, 6, 6)]),
    "lstm": (lambda: recurrence("LSTM", 4), [(4, 1, 2), (4, 1, 2)]),
    "gru": (lambda: recurrence("GRU", 3), [(4, 1, 2), (4, 1, 2)]),
    "forest": (lambda: trees("NONE", [0.1, 0.3, 0.2, 0.45]), [(3, 2), (2, 2)]),
    "boosted": (lambda: trees("LOGISTIC", [-0.5, 0.4, -0.3, 0.9]), [(3, 2), (2, 2)]),
    "boosted from a base": (lambda: trees("LOGISTIC", [-0.5, 0.4, -0.3, 0.9], base=[0.7]), [(3, 2), (2, 2)]),
    "margins": (lambda: trees("NONE", [-0.5, 0.4, -0.3, 0.9]), [(3, 2), (2, 2)]),
    "three classes": (lambda: trees("SOFTMAX", some(12).tolist(), 3), [(3, 2), (2, 2)]),
}
QUANTISED = {
    "dynamic": dynamic,
    "unsigned": static(QuantType.QUInt8, QuantFormat.QDQ),
    "signed": static(QuantType.QInt8, QuantFormat.QDQ),
    "operators": static(QuantType.QUInt8, QuantFormat.QOperator),
}
CASES = [(name, "") for name in PLAIN] + [(name, how) for name in ("attention", "convolution", "lstm", "gru") for how in QUANTISED]


def imported(server: Server, name: str, content: bytes, folder: Path) -> dict:
    """What became of the import."""
    from harness.server import wait_for

    (folder / "model").mkdir(parents=True)
    (folder / "model/model.onnx").write_bytes(content)
    (folder / "model/config.json").write_text('{"model_type": "ONNX", "model_algorithm": "a"}')
    body = {"model_name": name, "model_version": "1.0.0", "source_location": server.upload(folder), "model_type": "ONNX"}
    model_id = server.manage("POST", "/v1/{project}/models", json=body)["model_id"]

    def over() -> dict | None:
        told = server.manage("GET", f"/v1/{{project}}/models/{model_id}")
        return told if told["model_status"] != "publishing" else None

    return wait_for(over, 60, f"the import of {name}")


def answers(content: bytes, inputs: Inputs) -> dict[str, np.ndarray]:
    """What a session answers that has never been asked before."""
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, inputs)))


@pytest.mark.parametrize(("name", "how"), CASES)
def test_each_answer_is_that_of_a_fresh_session(importer: Server, tmp_path: Path, name: str, how: str):
    make, shapes = PLAIN[name]
    made = make()
    content = made.SerializeToString()
    if how:
        QUANTISED[how](made, tmp_path / "q.onnx", shapes[0])
        content = (tmp_path / "q.onnx").read_bytes()
    told = imported(importer, f"right-{name}-{how}".replace(" ", "-"), content, tmp_path / "package")
    if told["model_status"] == "failed":
        assert "compiled-in runtime" in told["error_msg"], told
        return
    entry = {"model_id": told["model_id"], "weight": 100, "specification": "modelarts.vm.cpu.2u", "instance_count": 1}
    body = {"service_name": told["model_name"], "infer_type": "real-time", "config": [entry]}
    service = importer.manage("POST", "/v1/{project}/services", json=body)["service_id"]
    importer.wait_for_status(service, "running")
    address = importer.manage("GET", f"/v1/{{project}}/services/{service}")["access_address"]
    asked = [{"x": some(*shape)} for shape in shapes]
    for inputs in asked * 2:
        body = {"inputs": {"x": inputs["x"].tolist()}}
        answer = importer.http.post(address, json=body, headers={"X-Auth-Token": importer.token()})
        assert answer.status_code == 200, answer.text
        for output, wanted in answers(content, inputs).items():
            got = np.array(json.load(io.StringIO(answer.text))["outputs"][output])
            # One step of the quantisation, where the order of operations decides.
            np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=0.06 if how else 1e-5, err_msg=f"{name} {how} {output}")
    importer.call("DELETE", f"/v1/{{project}}/services/{service}")
