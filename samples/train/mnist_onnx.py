"""The trained network as an ONNX file, written node by node: no exporter's names, no exporter's leftovers."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

INPUT, OUTPUT = "image", "probabilities"


def write_onnx(path, network):
    """Writes `network`: FP32 [batch,1,28,28] of 0..1 to FP32 [batch,10], the softmax included."""
    conv1, conv2, dense = (layer for layer in network.layers if layer.get_weights())
    nodes = [
        *_convolution(1, INPUT, "pooled1", conv1),
        *_convolution(2, "pooled1", "pooled2", conv2),
        helper.make_node("Flatten", ["pooled2"], ["features"], "flatten", axis=1),
        helper.make_node("Gemm", ["features", "dense.weight", "dense.bias"], ["logits"], "dense"),
        helper.make_node("Softmax", ["logits"], [OUTPUT], "softmax", axis=1),
    ]
    weights = {
        **_convolution_weights(1, conv1),
        **_convolution_weights(2, conv2),
        **_dense_weights(dense, channels=conv2.filters),
    }
    graph = helper.make_graph(
        nodes,
        "mnist",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", 10])],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in weights.items()],
    )
    # Opset 13 and IR 7 are of 2020: every runtime still in use reads them.
    model = helper.make_model(
        graph,
        producer_name="furiosa-server samples",
        ir_version=7,
        opset_imports=[helper.make_opsetid("", 13)],
    )
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def _convolution(number, source, target, layer):
    """Convolution keeping the size, ReLU, and a maximum over 2x2."""
    margin = layer.kernel_size[0] // 2
    inputs = [source, f"conv{number}.weight", f"conv{number}.bias"]
    return [
        helper.make_node(
            "Conv",
            inputs,
            [f"conv{number}"],
            f"conv{number}",
            kernel_shape=layer.kernel_size,
            pads=[margin] * 4,
        ),
        helper.make_node("Relu", [f"conv{number}"], [f"relu{number}"], f"relu{number}"),
        helper.make_node(
            "MaxPool", [f"relu{number}"], [target], f"pool{number}", kernel_shape=[2, 2], strides=[2, 2]
        ),
    ]


def _convolution_weights(number, layer):
    kernel, bias = layer.get_weights()
    # Keras keeps [height, width, in, out]; ONNX wants [out, in, height, width].
    return {f"conv{number}.weight": kernel.transpose(3, 2, 0, 1), f"conv{number}.bias": bias}


def _dense_weights(layer, channels):
    weight, bias = layer.get_weights()
    # Keras flattened [7, 7, channels]; here the features come as [channels, 7, 7].
    weight = weight.reshape(7, 7, channels, -1).transpose(2, 0, 1, 3).reshape(weight.shape)
    return {"dense.weight": weight, "dense.bias": bias}


def run_onnx(path, images, chunk=500):
    """The answers [n,10] of the file for images [n,1,28,28] of 0..1."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    parts = [images[start : start + chunk] for start in range(0, len(images), chunk)]
    return np.concatenate([session.run([OUTPUT], {INPUT: part})[0] for part in parts])
