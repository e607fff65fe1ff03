"""LitServe with a model that calls ONNX Runtime, under the route and in the JSON of the V2 protocol."""

import argparse

import litserve
import numpy
from engine import Engine

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--tuned", action="store_true")
parser.add_argument("--max-batch-size", type=int, default=1)


class OnnxApi(litserve.LitAPI):
    def setup(self, device):
        self._engine = Engine()

    def decode_request(self, request):
        tensor = request["inputs"][0]
        return numpy.asarray(tensor["data"], dtype=numpy.float32).reshape(tensor["shape"])

    def batch(self, inputs):
        self._rows = [len(each) for each in inputs]
        return numpy.concatenate(inputs)

    def unbatch(self, output):
        return numpy.split(output, numpy.cumsum(self._rows)[:-1])

    def predict(self, array):
        return self._engine.run(array)

    def encode_response(self, output):
        tensor = {
            "name": "output",
            "datatype": "FP32",
            "shape": list(output.shape),
            "data": output.ravel().tolist(),
        }
        return {"model_name": "model", "outputs": [tensor]}


if __name__ == "__main__":
    given = parser.parse_args()
    api = OnnxApi(max_batch_size=given.max_batch_size, api_path="/v2/models/model/infer")
    server = litserve.LitServer(api, accelerator="cpu", fast_queue=given.tuned)
    server.run(
        host="127.0.0.1",
        port=given.port,
        generate_client_file=False,
        log_level="error" if given.tuned else "info",
    )
