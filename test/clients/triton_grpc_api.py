"""What is particular to tritonclient.grpc."""

import tritonclient.grpc as triton

from harness import server
from triton_base import Api


class Grpc(Api):
    triton = triton

    def connect(self, timeout=None, **options):
        return triton.InferenceServerClient(server.grpc, **options)

    def told(self, call, *arguments):
        return call(*arguments, as_json=True)

    def index(self, client):
        return client.get_model_repository_index(as_json=True).get("models", [])

    def config(self, client, model):
        return client.get_model_config(model, as_json=True)["config"]

    def trace(self, answer):
        values = {key: each.get("value", [""]) for key, each in answer["settings"].items()}
        return {key: value if key == "trace_level" else value[0] for key, value in values.items()}

    def logging(self, answer):
        return {key: next(iter(each.values()), "") for key, each in answer["settings"].items()}

    def regions(self, client, name=""):
        told = client.get_system_shared_memory_status(name, as_json=True).get("regions", {})
        return {key: (int(each.get("offset", 0)), int(each["byte_size"])) for key, each in told.items()}

    def status(self, http, grpc):
        return f"StatusCode.{grpc}"

    def infer_within(self, client, seconds, *arguments):
        return client.infer(*arguments, client_timeout=seconds)
