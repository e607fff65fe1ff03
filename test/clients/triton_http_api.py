"""What is particular to tritonclient.http."""

import tritonclient.http as triton

from harness import server
from triton_base import Api


class Http(Api):
    triton = triton

    def connect(self, timeout=60.0, concurrency=1):
        return triton.InferenceServerClient(server.http, network_timeout=timeout, concurrency=concurrency)

    def told(self, call, *arguments):
        return call(*arguments)

    def index(self, client):
        return client.get_model_repository_index()

    def config(self, client, model):
        return client.get_model_config(model)

    def trace(self, answer):
        return answer

    def logging(self, answer):
        return answer

    def regions(self, client, name=""):
        told = client.get_system_shared_memory_status(name)
        return {each["name"]: (each["offset"], each["byte_size"]) for each in told}

    def status(self, http, grpc):
        return str(http)

    def infer_within(self, client, seconds, *arguments):
        """The time is that of the connection."""
        return client.infer(*arguments)
