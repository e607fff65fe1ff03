"""Trains the iris classifier on the measurements that scikit-learn ships, and writes its part of samples/.

    python samples/train/train_iris.py

A second or two. Writes data/iris.onnx, iris_input.json, and their entries in expected.json and accuracy.json.
"""

import numpy as np
import onnx
import onnxruntime
import skl2onnx
from artifacts import ACCURACY, DATA, describe_file, expect, score, update_json, write_request
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

SEED = 20230802
INPUT, OUTPUTS = "features", ["label", "probabilities"]


def main():
    iris = load_iris()
    # The split is made of row numbers, so that a sample can be named by its row in scikit-learn's table.
    train_rows, test_rows = train_test_split(
        np.arange(len(iris.target)), test_size=45, stratify=iris.target, random_state=SEED
    )
    features = iris.data.astype(np.float32)
    classifier = make_pipeline(StandardScaler(), LogisticRegression()).fit(
        features[train_rows], iris.target[train_rows]
    )
    path = DATA / "iris.onnx"
    DATA.mkdir(exist_ok=True)
    write_onnx(path, classifier)

    # From here on only the written file is asked; scikit-learn says what it should have answered.
    labels, probabilities = run_onnx(path, features[test_rows])
    np.testing.assert_allclose(probabilities, classifier.predict_proba(features[test_rows]), atol=1e-5)
    entry = {
        **describe_file(path),
        "measured_with": f"onnxruntime {onnxruntime.__version__}",
        "test": score(iris.target[test_rows], labels),
        "train": score(iris.target[train_rows], run_onnx(path, features[train_rows])[0]),
    }
    print(path.name, entry)
    update_json(ACCURACY, {path.name: entry})

    write_sample(path, iris, [typical(iris, test_rows, species) for species in range(3)])


def write_onnx(path, classifier):
    """Writes the classifier: FP32 [batch,4] to label INT64 [batch] and probabilities FP32 [batch,3]."""
    model = skl2onnx.convert_sklearn(
        classifier,
        "iris",
        [(INPUT, FloatTensorType([None, 4]))],
        # Opset 13 is of 2020: every runtime still in use reads it.
        target_opset={"": 13, "ai.onnx.ml": 1},
        # A tensor of probabilities, not a sequence of maps, which no V2 client could read.
        options={"zipmap": False},
    )
    model.ir_version = 7
    # The converter lists the main opset twice.
    del model.opset_import[:]
    model.opset_import.extend([onnx.helper.make_opsetid("", 13), onnx.helper.make_opsetid("ai.onnx.ml", 1)])
    graph = model.graph
    for value, name in zip(graph.output, OUTPUTS, strict=True):
        if value.name != name:
            raise SystemExit(f"The exporter called an output {value.name!r}, not {name!r}.")
    for value in [*graph.input, *graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def run_onnx(path, features):
    """The answers of the file: labels [n] and probabilities [n,3]."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(OUTPUTS, {INPUT: features})


def typical(iris, rows, species):
    """Of the given rows, the flower of the species that is nearest to the average flower of all of them."""
    rows = np.sort(rows[iris.target[rows] == species])
    distances = np.linalg.norm(iris.data[rows] - iris.data[rows].mean(axis=0), axis=1)
    return int(rows[distances.argmin()])


def write_sample(path, iris, rows):
    """The sample request: one flower to a line, as measured, in centimetres."""
    features = iris.data[rows].astype(np.float32)
    write_request("iris_input.json", INPUT, "FP32", features, per_line=4)
    species = iris.target[rows].tolist()
    label, probabilities = run_onnx(path, features)
    expect(
        "iris_input.json",
        "iris",
        f"scikit-learn's iris table, rows {', '.join(map(str, rows))} (counted from 0)",
        species,
        [(OUTPUTS[0], "INT64", label), (OUTPUTS[1], "FP32", probabilities)],
        species=[str(iris.target_names[number]) for number in species],
    )


if __name__ == "__main__":
    main()
