"""Makes `model/model.onnx`: looks numbers up in a table of three, and so fails while it computes when asked for a fourth.

/tmp/venv/bin/pip install onnx && /tmp/venv/bin/python make.py
"""

from pathlib import Path

from onnx import TensorProto, helper

graph = helper.make_graph(
    [helper.make_node("Gather", ["table", "x"], ["y"], axis=0)],
    "gather",
    [helper.make_tensor_value_info("x", TensorProto.INT64, ["n"])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])],
    [helper.make_tensor("table", TensorProto.FLOAT, [3], [10.0, 20.0, 30.0])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
Path(__file__).with_name("model").joinpath("model.onnx").write_bytes(model.SerializeToString(deterministic=True))
