"""The trained network as a fully quantised TFLite file."""

import numpy as np
import tensorflow as tf
from tensorflow.lite.python.schema_py_generated import BuiltinOperator
from tensorflow.lite.tools import flatbuffer_utils

INPUT, OUTPUT = "input", "probabilities"

# What every build of LiteRT can run, the WebAssembly one included.
PLAIN_OPERATORS = {"QUANTIZE", "CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED", "SOFTMAX"}


def write_tflite(path, network, calibration):
    """Quantises `network` (weights and activations, 8 bit) and writes it.

    Input UINT8 [1,28,28,1], pixels 0..255 as they are. Output UINT8 [1,10], probability * 256, at most 255.
    `calibration` are images [n,28,28,1] of 0..1 from which TensorFlow learns the ranges of the activations.
    """
    # One fixed batch: a free one would bring SHAPE, STRIDED_SLICE and PACK into the graph.
    fixed = tf.keras.models.clone_model(network, tf.keras.Input((28, 28, 1), batch_size=1, name=INPUT))
    fixed.set_weights(network.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image[np.newaxis]] for image in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    path.write_bytes(_named(converter.convert()))
    _check_operators(path)
    _check_quantisation(path)


def _named(content):
    """The same model with the names a client should see instead of `serving_default_input:0`."""
    model = flatbuffer_utils.convert_bytearray_to_object(bytearray(content))
    graph = model.subgraphs[0]
    graph.tensors[graph.inputs[0]].name = INPUT
    graph.tensors[graph.outputs[0]].name = OUTPUT
    signature = model.signatureDefs[0]
    signature.inputs[0].name, signature.outputs[0].name = INPUT, OUTPUT
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _check_operators(path):
    names = {code: name for name, code in vars(BuiltinOperator).items() if isinstance(code, int)}
    used = {names[operator.builtinCode] for operator in flatbuffer_utils.read_model(str(path)).operatorCodes}
    if not used <= PLAIN_OPERATORS:
        raise SystemExit(f"{path.name} uses {', '.join(sorted(used - PLAIN_OPERATORS))}.")


def _check_quantisation(path):
    """Pixels are quantised by 1/255 from 0: the byte is the quantised value. The softmax by 1/256 from 0."""
    interpreter = tf.lite.Interpreter(str(path))
    details = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    for detail, steps in zip(details, (255, 256), strict=True):
        scale, zero_point = detail["quantization"]
        if detail["dtype"] != np.uint8 or zero_point != 0 or abs(scale * steps - 1) > 1e-6:
            raise SystemExit(
                f"{detail['name']} is quantised by {scale} from {zero_point}, not by 1/{steps} from 0."
            )


def run_tflite(path, images):
    """The answers [n,10] UINT8 of the file for images [n,28,28] UINT8."""
    interpreter = tf.lite.Interpreter(str(path), num_threads=2)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    target = interpreter.get_output_details()[0]["index"]
    answers = []
    for image in images:
        interpreter.set_tensor(source, image.reshape(1, 28, 28, 1))
        interpreter.invoke()
        answers.append(interpreter.get_tensor(target)[0])
    return np.array(answers)
