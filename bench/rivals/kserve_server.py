"""KServe's model server with a model that calls ONNX Runtime. Its options go to KServe as they are."""

import argparse

from engine import Engine
from kserve import InferOutput, InferRequest, InferResponse, Model, ModelServer, model_server


class OnnxModel(Model):
    def __init__(self, name: str):
        super().__init__(name)
        self._engine = Engine()
        self.ready = True

    def predict(self, payload: InferRequest, headers=None, response_headers=None) -> InferResponse:
        array = payload.inputs[0].as_numpy()
        found = self._engine.run(array)
        wants_bytes = bool(payload.use_binary_outputs)
        output = InferOutput("output", list(found.shape), "FP32")
        output.set_data_from_numpy(found, binary_data=wants_bytes)
        return InferResponse(
            response_id=payload.id or "0",
            model_name=self.name,
            infer_outputs=[output],
            use_binary_outputs=wants_bytes,
        )


if __name__ == "__main__":
    argparse.ArgumentParser(parents=[model_server.parser]).parse_known_args()
    ModelServer().start([OnnxModel("model")])
