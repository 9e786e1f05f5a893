"""Graphs made with ONNX's own tools to do harm: the import is refused in words, or the model answers; the server lives and stays small."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness.server import Server
from test_attack_right_answers import imported

node = helper.make_node
# How much more memory an import may take for a moment in the server itself, in MiB.
ROOM = 256


def value(name: str, shape: list | None, kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


X, Y, ANY = value("x", [2]), value("y", [2]), value("y", None)


def floats(name: str, numbers: object) -> TensorProto:
    return numpy_helper.from_array(np.array(numbers, np.float32), name)


def whole(name: str, numbers: object) -> TensorProto:
    return numpy_helper.from_array(np.array(numbers, np.int64), name)


def model(nodes: list, inputs: list, outputs: list, tensors: list = (), sets: list = (), functions: list = (), sparse: list = ()) -> bytes:
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(tensors), sparse_initializer=list(sparse))
    known = [helper.make_opsetid("", 17), *(helper.make_opsetid(name, 1) for name in sets)]
    return helper.make_model(graph, opset_imports=known, functions=list(functions), ir_version=9).SerializeToString()


def function(name: str, *called: str) -> onnx.FunctionProto:
    names = ["a", *(f"t{number}" for number in range(len(called)))]
    nodes = [node(one, [before], [after], domain="own") for one, before, after in zip(called, names, names[1:])]
    return helper.make_function(
        "own", name, ["a"], ["b"], [*nodes, node("Identity", [names[-1]], ["b"])], [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    )


def calls(*functions: onnx.FunctionProto) -> bytes:
    return model([node(functions[-1].name, ["x"], ["y"], domain="own")], [X], [Y], sets=["own"], functions=functions)


def external(**entries: str) -> bytes:
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    for key, text in entries.items():
        tensor.external_data.add(key=key, value=text)
    return model([node("Add", ["x", "w"], ["y"])], [X], [ANY], [tensor])


def sparse(index: int, length: int) -> bytes:
    tensor = onnx.SparseTensorProto(dims=[length])
    tensor.values.CopyFrom(floats("w", [5.0]))
    tensor.indices.CopyFrom(whole("i", [index]))
    return model([node("Add", ["x", "w"], ["y"])], [X], [ANY], sparse=[tensor])


def scan(**attributes: object) -> bytes:
    steps = [node("Add", ["s", "e"], ["t"]), node("Identity", ["t"], ["o"])]
    body = helper.make_graph(steps, "b", [value("s", []), value("e", [])], [value("t", []), value("o", [])])
    return model([node("Scan", ["s0", "x"], ["last", "y"], body=body, **attributes)], [X], [value("last", []), ANY], [floats("s0", 0.0)])


def tree(yes: int, no: int, feature: int = 0) -> bytes:
    ensemble = node(
        "TreeEnsembleClassifier", ["x"], ["label", "y"], domain="ai.onnx.ml", nodes_treeids=[0] * 3, nodes_nodeids=[0, 1, 2], nodes_featureids=[feature] * 3,
        nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_values=[0.5, 0.0, 0.0], nodes_truenodeids=[yes, 0, 0], nodes_falsenodeids=[no, 0, 0], class_treeids=[0] * 6,
        class_nodeids=[1, 1, 1, 2, 2, 2], class_ids=[0, 1, 2] * 2, class_weights=[0.1] * 6, classlabels_int64s=[1, 2, 3],
    )  # fmt: skip
    return model([ensemble], [value("x", [1, 1])], [value("label", [1], TensorProto.INT64), ANY], sets=["ai.onnx.ml"])


def between(operator: str, tensors: list, shape: list = (2,), **attributes: object) -> bytes:
    """The operator over `x` and these tensors."""
    return model([node(operator, ["x", *(one.name for one in tensors)], ["y"], **attributes)], [value("x", list(shape))], [ANY], tensors)


GRAPHS = {
    "a function of itself": calls(function("F", "F")),
    "two functions of each other": calls(function("F", "G"), function("G", "F")),
    "a list longer than the axes": between("Transpose", [], perm=list(range(50_000))),
    "the same input twice": model([node("Relu", ["x"], ["y"])], [X, X], [Y]),
    "the same output twice": model([node("Relu", ["x"], ["y"])], [X], [Y, Y]),
    "a tensor that a node makes too": model([node("Add", ["x", "c"], ["y"]), node("Relu", ["x"], ["c"])], [X], [Y], [floats("c", [1, 2])]),
    "an operator of a stranger": model([node("Relu", ["x"], ["y"], domain="\x1b[2J")], [X], [Y], sets=["\x1b[2J"]),
    "weights of the parent": external(location="../../../bootstrap.json"),
    "weights of NUL": external(location="\0"),
    "weights before the file": external(location="model.onnx", offset="-8", length="8"),
    "weights behind the file": external(location="model.onnx", offset=str(2**63 - 1), length="8"),
    "weights in the fence of nobody": external(location="/proc/self/environ"),
    "a sparse tensor": sparse(1, 2),
    "a sparse tensor before its begin": sparse(-7, 2),
    "a sparse tensor of all memory": sparse(1, 2**50),
    "a scan of an axis that is not": scan(num_scan_inputs=1, scan_input_axes=[5]),
    "a scan of an axis below all": scan(num_scan_inputs=1, scan_input_axes=[-9]),
    "a scan of nothing": scan(num_scan_inputs=0),
    "a scan of more than there is": scan(num_scan_inputs=9),
    "a scan to an axis that is not": scan(num_scan_inputs=1, scan_output_axes=[3]),
    "a scan of a thousand axes": scan(num_scan_inputs=1, scan_input_axes=[0] * 1000),
    "a tree that is a circle": tree(0, 0),
    "a tree of nodes that are not": tree(7, -1),
    "a tree of a column that is not": tree(1, 2, 2**30),
    "an outer product of all memory": between("Einsum", [], [10**6], equation="a,a->aa"),
    "a length of all ones": between("Tile", [whole("r", [2**62])]),
    "a padding of all memory": between("Pad", [whole("p", [2**40, 0])]),
    "a scale that is no number": model(
        [node("Resize", ["x", "", "s"], ["y"], mode="nearest")], [value("x", [1, 1, 2, 2])], [ANY], [floats("s", [1, 1, np.nan, np.inf])]
    ),
    "steps of zero": between("Slice", [whole("a", [0]), whole("b", [2]), whole("c", [0]), whole("d", [0])]),
    "strides of zero": between("Conv", [floats("w", np.ones((1, 1, 2, 2)))], [1, 1, 4, 4], strides=[0, 0]),
    "groups of zero": between("Conv", [floats("w", np.ones((1, 1, 2, 2)))], [1, 1, 4, 4], group=0),
    "a window of zero": between("MaxPool", [], [1, 1, 4, 4], kernel_shape=[0, 0]),
    "an index over all": between("Gather", [whole("i", [2**40])]),
    "seventy axes": model([node("Relu", ["x"], ["y"])], [value("x", [1] * 70)], [ANY]),
    "names that are sums": model([node("Relu", ["x"], ["y"])], [value("x", ["2**64", "n*n*n", "1/0"])], [ANY]),
    "a list of lists": model(
        [node("SequenceConstruct", ["x", "x"], ["y"])],
        [X],
        [helper.make_value_info("y", helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, [2])))],
    ),
}


def resident(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:"))


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_that_was_made_to_do_harm(importer: Server, tmp_path: Path, name: str):
    before = resident(importer)
    told = imported(importer, name.replace(" ", "-"), GRAPHS[name], tmp_path / "package")
    assert importer.process.poll() is None and resident(importer) < before + ROOM
    if told["model_status"] == "failed":
        assert told["error_msg"].startswith("model/model.onnx: "), told
        assert str(importer.data) not in told["error_msg"], told
