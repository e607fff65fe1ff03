"""Health, metadata, configuration and the repository, with either of Triton's clients."""

import json
import os

import numpy as np

from harness import case, equal, holds, matches, same_array, server
from triton_base import eventually, ints


def register_server(api):
    @case("server is live and ready")
    def _():
        with api.connect() as client:
            equal((client.is_server_live(), client.is_server_ready()), (True, True))

    @case("server metadata has a name, a version and the extensions")
    def _():
        with api.connect() as client:
            told = api.told(client.get_server_metadata)
        equal(told["name"], "furiosa-server")
        matches(told["version"], r"^\d+\.\d+\.\d+")
        wanted = {"binary_tensor_data", "classification", "model_configuration", "model_repository", "statistics"}
        wanted |= {"system_shared_memory", "trace", "logging"}
        equal(wanted - set(told["extensions"]), set(), "extensions that are missing")

    @case("model metadata has inputs and outputs")
    def _():
        with api.connect() as client:
            told = api.told(client.get_model_metadata, "simple")
        tensors = [(each["name"], each["datatype"], ints(each["shape"])) for each in told["inputs"] + told["outputs"]]
        names = ("INPUT0", "INPUT1", "OUTPUT0", "OUTPUT1")
        equal((told["name"], told["versions"]), ("simple", ["1"]))
        equal(tensors, [(name, "INT32", [-1, 16]) for name in names])

    @case("model metadata of some kilobytes")
    def _():
        with api.connect() as client:
            told = api.told(client.get_model_metadata, "wide")
        equal([each["name"] for each in told["outputs"]], [f"output{at}" for at in range(40)])

    @case("model configuration has what perf_analyzer reads of it")
    def _():
        with api.connect() as client:
            config = api.config(client, "simple")
        inputs = [(each["name"], each["data_type"], ints(each["dims"])) for each in config["input"]]
        equal(config["name"], "simple")
        # Where requests are not merged the shape is whole; else its first axis is left out.
        dims = [16] if int(config.get("max_batch_size", 0)) > 0 else [-1, 16]
        equal(inputs, [("INPUT0", "TYPE_INT32", dims), ("INPUT1", "TYPE_INT32", dims)])
        equal([each["name"] for each in config["output"]], ["OUTPUT0", "OUTPUT1"])

    @case("model configuration of an unknown model is refused")
    def _():
        with api.connect() as client:
            api.refused(lambda: client.get_model_config("nope"), 404, "NOT_FOUND", "unknown model: 'nope'")

    @case("metadata of an unknown model is refused")
    def _():
        with api.connect() as client:
            text = "^Request for unknown model: 'nope' is not found"
            api.refused(lambda: client.get_model_metadata("nope"), 404, "NOT_FOUND", text)


def register_repository(api):
    @case("model is ready, by name and by version")
    def _():
        with api.connect() as client:
            equal((client.is_model_ready("simple"), client.is_model_ready("versioned", "1")), (True, True))

    @case("index lists every version with its state")
    def _():
        with api.connect() as client:
            index = [(each["name"], each["version"], each["state"]) for each in api.index(client)]
        for version in (("simple", "1", "READY"), ("versioned", "1", "READY"), ("versioned", "2", "READY")):
            holds(version in index, f"{version} is not in the index: {index}")

    @case("unload takes a model away, load brings it back")
    def _():
        values = np.array([1, 2], dtype=np.float32)
        with api.connect() as client:
            client.unload_model("fragile")
            eventually(lambda: state_of(client, "fragile") == "UNAVAILABLE", "UNAVAILABLE after unload")
            client.load_model("fragile")
            equal(state_of(client, "fragile"), "READY", "the state after load")
            result = client.infer("fragile", [api.input("input", values)])
        same_array(result.as_numpy("output"), values)

    @case("load of a file that is gone fails with the reason")
    def _():
        path = os.path.join(server.models, "fragile.onnx")
        with api.connect() as client:
            client.unload_model("fragile")
            eventually(lambda: state_of(client, "fragile") == "UNAVAILABLE", "UNAVAILABLE after unload")
            os.rename(path, f"{path}.gone")
            try:
                api.refused(lambda: client.load_model("fragile"), 400, "INVALID_ARGUMENT", "fragile")
            finally:
                os.rename(f"{path}.gone", path)
                client.load_model("fragile")

    @case("load of an unknown model is refused")
    def _():
        with api.connect() as client:
            api.refused(lambda: client.load_model("nope"), 404, "NOT_FOUND", "'nope'")

    @case("load with a configuration of its own holds until the next load")
    def _():
        with api.connect() as client:
            before = api.config(client, "fragile")
            client.load_model("fragile", config=json.dumps({"instance_group": [{"kind": "KIND_CPU", "count": 2}]}))
            equal(api.config(client, "fragile")["instance_group"][0]["count"], 2, "the instances")
            client.load_model("fragile")
            equal(api.config(client, "fragile"), before, "the configuration after a load without one")

    @case("load with files of its own serves a model that was not there")
    def _():
        values = np.array([1, 2], dtype=np.float32)
        with open(os.path.join(server.models, "fragile.onnx"), "rb") as file:
            files = {"file:1/model.onnx": file.read()}
        with api.connect() as client:
            client.load_model("brought", config=json.dumps({"backend": "onnxruntime"}), files=files)
            result = client.infer("brought", [api.input("input", values)])
            client.unload_model("brought")
            eventually(lambda: state_of(client, "brought") is None, "the end of the model")
        same_array(result.as_numpy("output"), values)

    def state_of(client, name):
        return next((each.get("state") for each in api.index(client) if each["name"] == name), None)
