"""Trains the iris sample and writes `model/model.onnx`.

Source of the data: Fisher's iris measurements (1936), as scikit-learn ships them (`sklearn.datasets.load_iris`, BSD licence).
Run it with the packages of `requirements.txt`; the same versions give the same file, byte for byte.

    python3 -m venv /tmp/iris && /tmp/iris/bin/pip install -r requirements.txt && /tmp/iris/bin/python train.py

The model has one input for each measurement, so that a caller may name the columns in any order, and the two outputs
that scikit-learn classifiers have: the label (`predictresult`) and, through ZipMap, a map from label to probability.
"""

from pathlib import Path

from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

COLUMNS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
OUTPUT = Path(__file__).with_name("model") / "model.onnx"


def main() -> None:
    iris = load_iris()
    labels = iris.target_names[iris.target].astype(str)
    # The identity in front makes the converter join the four inputs into the one matrix that the classifier takes.
    classifier = make_pipeline(FunctionTransformer(), LogisticRegression(max_iter=1000)).fit(iris.data, labels)
    model = convert_sklearn(
        classifier,
        name="iris",
        initial_types=[(column, FloatTensorType([None, 1])) for column in COLUMNS],
        target_opset={"": 17, "ai.onnx.ml": 3},
        options={id(classifier): {"zipmap": True}},
    )
    rename_outputs(model, {"output_label": "predictresult", "output_probability": "probability"})
    model.producer_version = ""
    OUTPUT.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes, right on {classifier.score(iris.data, labels):.1%} of the data")


def rename_outputs(model, names: dict[str, str]) -> None:
    """Gives the outputs the names that callers of ModelArts services know."""
    for node in model.graph.node:
        for position, output in enumerate(node.output):
            node.output[position] = names.get(output, output)
        for position, source in enumerate(node.input):
            node.input[position] = names.get(source, source)
    for output in model.graph.output:
        output.name = names.get(output.name, output.name)


if __name__ == "__main__":
    main()
