"""A model of Triton's Python backend that calls ONNX Runtime. Requests that come together run together."""

import json
import os
import sys

import numpy
import triton_python_backend_utils as triton


class TritonPythonModel:
    def initialize(self, args):
        config = json.loads(args["model_config"])
        parameters = config["parameters"]
        self._input = config["input"][0]["name"]
        sys.path.insert(0, parameters["FOLDER"]["string_value"])
        os.environ["FURIOSA_BENCH_MODEL"] = parameters["FILE"]["string_value"]
        from engine import Engine

        self._engine = Engine()

    def execute(self, requests):
        inputs = [triton.get_input_tensor_by_name(each, self._input).as_numpy() for each in requests]
        if len(inputs) == 1:
            return [answer(self._engine.run(inputs[0]))]
        output = self._engine.run(numpy.concatenate(inputs))
        ends = numpy.cumsum([len(each) for each in inputs])[:-1]
        return [answer(part) for part in numpy.split(output, ends)]


def answer(output):
    return triton.InferenceResponse([triton.Tensor("output", output)])
