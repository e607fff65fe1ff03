"""The engine that every rival calls: ONNX Runtime with the options that furiosa-server gives it."""

import os

import onnxruntime


class Engine:
    """One session of one thread."""

    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = os.environ["FURIOSA_BENCH_MODEL"]
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._output = self._session.get_outputs()[0].name

    def run(self, array):
        return self._session.run([self._output], {self._input: array})[0]
