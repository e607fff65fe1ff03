"""Trains the digit classifier and writes its part of samples/.

    python samples/train/train_mnist.py /tmp/mnist

The argument is a folder outside the repository for the digits, fetched there when missing. About one minute
on two cores. Writes data/mnist_uint8_quant.tflite, data/mnist.onnx, data/mnist_holdout.bin, the requests
mnist_*.json, and their entries in expected.json and accuracy.json.
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import onnxruntime
import tensorflow as tf
from artifacts import ACCURACY, DATA, describe_file, expect, score, update_json, write_request
from mnist_data import load_mnist
from mnist_onnx import INPUT as ONNX_INPUT
from mnist_onnx import OUTPUT as ONNX_OUTPUT
from mnist_onnx import run_onnx, write_onnx
from mnist_tflite import INPUT as TFLITE_INPUT
from mnist_tflite import OUTPUT as TFLITE_OUTPUT
from mnist_tflite import run_tflite, write_tflite

SEED = 20230802
EPOCHS = 8
REQUIRED_ACCURACY = 0.97

# Every 20th of the 10,000 test digits: the set is not shuffled, its first half is cleaner than its second.
HOLDOUT = slice(None, None, 20)

# Test digits that the sample requests carry, by their number in the test set. None is part of the holdout.
SAMPLE_01, SAMPLE_02, SAMPLE_ONNX = [17], [15], [1, 4]


def main(folder):
    train_images, train_labels, test_images, test_labels = load_mnist(folder)
    network = train(train_images, train_labels)

    tflite, graph = DATA / "mnist_uint8_quant.tflite", DATA / "mnist.onnx"
    DATA.mkdir(exist_ok=True)
    write_tflite(tflite, network, scaled(train_images[:500])[..., np.newaxis])
    write_onnx(graph, network)
    write_holdout(test_images[HOLDOUT], test_labels[HOLDOUT])

    # From here on only the written files are asked.
    tflite_digits = run_tflite(tflite, test_images).argmax(axis=1)
    onnx_digits = run_onnx(graph, scaled(test_images)[:, np.newaxis]).argmax(axis=1)
    record(tflite, f"TFLite interpreter of tensorflow-cpu {tf.__version__}", test_labels, tflite_digits)
    record(graph, f"onnxruntime {onnxruntime.__version__}", test_labels, onnx_digits)
    write_requests(tflite, graph, test_images, test_labels)


def train(images, labels):
    """The trained network, two convolutions and one dense layer: [n,28,28,1] of 0..1 to ten probabilities."""
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    layers = tf.keras.layers
    network = tf.keras.Sequential(
        [
            layers.Input((28, 28, 1), name=TFLITE_INPUT),
            layers.Conv2D(12, 5, padding="same", activation="relu", name="conv1"),
            layers.MaxPooling2D(name="pool1"),
            layers.Conv2D(24, 3, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(name="pool2"),
            layers.Flatten(name="flatten"),
            layers.Dropout(0.3, seed=SEED, name="dropout"),
            layers.Dense(10, activation="softmax", name=TFLITE_OUTPUT),
        ]
    )
    steps = EPOCHS * -(-len(images) // 128)
    rate = tf.keras.optimizers.schedules.CosineDecay(3e-3, steps)
    network.compile(tf.keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", ["accuracy"])
    network.fit(scaled(images)[..., np.newaxis], labels, batch_size=128, epochs=EPOCHS, verbose=2)
    return network


def scaled(images):
    """Pixels 0..255 as FP32 of 0..1."""
    return images.astype(np.float32) / np.float32(255)


def write_holdout(images, labels):
    """All images (784 bytes each), then all labels (one byte each)."""
    (DATA / "mnist_holdout.bin").write_bytes(images.tobytes() + labels.tobytes())


def record(path, engine, labels, digits):
    """Writes how the file did; refuses a file that is not good enough to be a sample."""
    test = score(labels, digits)
    holdout = score(labels[HOLDOUT], digits[HOLDOUT])
    entry = {**describe_file(path), "measured_with": engine, "test": test, "holdout": holdout}
    print(path.name, entry)
    if test["accuracy"] < REQUIRED_ACCURACY:
        raise SystemExit(
            f"{path.name} reads {test['accuracy']:.2%} of the test digits, too few for a sample."
        )
    update_json(ACCURACY, {path.name: entry})


def write_requests(tflite, graph, images, labels):
    """The sample requests, each with the digits it shows and the answer of the engine that ran it here."""
    # The first calls its input `mnist`, as FuriosaAI's own sample did; the second as the file does.
    for name, numbers, tensor in [
        ("mnist_input_sample_01.json", SAMPLE_01, "mnist"),
        ("mnist_input_sample_02.json", SAMPLE_02, TFLITE_INPUT),
    ]:
        pixels = images[numbers].reshape(1, 28, 28, 1)
        write_request(name, tensor, "UINT8", pixels, per_line=28)
        answer = (TFLITE_OUTPUT, "UINT8", run_tflite(tflite, pixels))
        expect(name, "mnist", source(numbers), labels[numbers].tolist(), [answer])

    # Four decimals tell all 256 greys apart and keep the file readable.
    name, numbers = "mnist_onnx_input.json", SAMPLE_ONNX
    pixels = scaled(images[numbers])[:, np.newaxis].round(4)
    write_request(name, ONNX_INPUT, "FP32", pixels, per_line=28)
    answer = (ONNX_OUTPUT, "FP32", run_onnx(graph, pixels))
    expect(name, "mnist-onnx", source(numbers), labels[numbers].tolist(), [answer])


def source(numbers):
    """Where the digits of a sample come from."""
    digits = "digit" if len(numbers) == 1 else "digits"
    return f"MNIST test set, {digits} {' and '.join(map(str, numbers))} (counted from 0)"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
