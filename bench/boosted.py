"""The model that is called in process: a gradient-boosted classifier of the size that people deploy, as scikit-learn exports one.

A hundred trees of depth four over eight columns, two classes, a label and a `ZipMap` of probabilities. Where it splits comes from a
fixed seed: what it says means nothing, what it costs is what a trained one costs.
"""

import json
import random
from pathlib import Path

from onnx import TensorProto, helper

COLUMNS = ["age", "tenure", "balance", "products", "logins", "complaints", "discount", "distance"]
TREES = 100
DEPTH = 4
SEED = 20_261_126
ROW = {"age": 41, "tenure": 3.5, "balance": 1204.75, "products": 2, "logins": 17, "complaints": 0, "discount": 0.15, "distance": 12.4}


def write_package(folder: Path) -> Path:
    """Writes the model package into `folder`, and gives it back."""
    model = folder / "model"
    model.mkdir(parents=True)
    (model / "model.onnx").write_bytes(onnx_model().SerializeToString(deterministic=True))
    (model / "config.json").write_text(json.dumps(config(), indent=2))
    return folder


def body() -> bytes:
    """What is sent to it: one row."""
    return json.dumps({"data": {"req_data": [ROW]}}, separators=(",", ":")).encode()


def config() -> dict:
    row = {"type": "object", "properties": {column: {"type": "number"} for column in COLUMNS}}
    rows = {"type": "object", "properties": {"req_data": {"type": "array", "items": row}}}
    request = {"Content-type": "application/json", "data": {"type": "object", "properties": {"data": rows}}}
    return {
        "model_type": "ONNX",
        "model_algorithm": "predict_analysis",
        "apis": [{"url": "/", "method": "post", "request": request}],
    }


def onnx_model():
    trees = helper.make_node(
        "TreeEnsembleClassifier", ["row"], ["label", "shares"], domain="ai.onnx.ml", post_transform="LOGISTIC",
        classlabels_strings=["stays", "leaves"], base_values=[-0.3], **nodes(random.Random(SEED)),
    )  # fmt: skip
    maps = helper.make_node("ZipMap", ["shares"], ["probability"], domain="ai.onnx.ml", classlabels_strings=["stays", "leaves"])
    label = helper.make_tensor_value_info("label", TensorProto.STRING, [None])
    shares = helper.make_map_type_proto(TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
    probability = helper.make_value_info("probability", helper.make_sequence_type_proto(shares))
    row = helper.make_tensor_value_info("row", TensorProto.FLOAT, [None, len(COLUMNS)])
    graph = helper.make_graph([trees, maps], "boosted", [row], [label, probability])
    sets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=sets, ir_version=8)


def nodes(chance: random.Random) -> dict:
    """The attributes of the trees: every inner node at `n` has its branches at `2n+1` and `2n+2`."""
    inner, whole = 2**DEPTH - 1, 2 ** (DEPTH + 1) - 1
    scales = [90, 20, 3000, 6, 40, 4, 0.5, 50]
    names = ["treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "hitrates", "missing_value_tracks_true"]
    found: dict = {f"nodes_{name}": [] for name in names} | {f"class_{name}": [] for name in ["treeids", "nodeids", "ids", "weights"]}
    for tree in range(TREES):
        for node in range(whole):
            is_leaf = node >= inner
            column = 0 if is_leaf else chance.randrange(len(COLUMNS))
            split = 0.0 if is_leaf else chance.random() * scales[column]
            branches = (0, 0) if is_leaf else (2 * node + 1, 2 * node + 2)
            mode = "LEAF" if is_leaf else "BRANCH_LEQ"
            for name, value in zip(names, [tree, node, column, mode, split, *branches, 1.0, 0]):
                found[f"nodes_{name}"].append(value)
            if is_leaf:
                for name, value in zip(["treeids", "nodeids", "ids", "weights"], [tree, node, 0, chance.uniform(-0.1, 0.1)]):
                    found[f"class_{name}"].append(value)
    return found
