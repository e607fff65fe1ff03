"""What both of Triton's clients can do, over HTTP and gRPC alike; the few differences are in the `api`."""

import json
import os
import threading
import time
import uuid
from contextlib import contextmanager

import numpy as np
import tritonclient.utils.shared_memory as shm
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from harness import case, equal, holds, matches, same_array, server

SHORT_SECONDS = 0.3
LONG_ITERATIONS = 4000
"""For the model `slow`: about a second, or longer."""

SECONDS_UNTIL_SENT = 0.1
"""Before a call is cancelled. Were it too short, the case would be easier and not wrong."""

BYTES_PER_TENSOR = 16 * 4


class Api:
    """What a protocol's client does in its own way."""

    triton = None
    """Its module."""

    def connect(self):
        raise NotImplementedError

    def told(self, call, *arguments):
        """What a question about the server answers, as plain dictionaries."""
        raise NotImplementedError

    def index(self, client):
        raise NotImplementedError

    def config(self, client, model):
        raise NotImplementedError

    def trace(self, answer):
        raise NotImplementedError

    def logging(self, answer):
        raise NotImplementedError

    def regions(self, client, name=""):
        """Name to offset and size of what is registered."""
        raise NotImplementedError

    def refused(self, call, http, grpc, pattern=""):
        """Checks that the call raises with this status, or one of these, and with a text like the pattern."""
        try:
            answer = call()
        except InferenceServerException as error:
            allowed = {self.status(*each) for each in pairs(http, grpc)}
            holds(
                str(error.status()) in allowed,
                f"the status: expected {' or '.join(sorted(allowed))}, got {error.status()} ({error.message()!r})",
            )
            matches(error.message(), pattern, "the text of the error")
            return error
        raise AssertionError(f"the call was not refused; it answered {answer!r}")

    def status(self, http, grpc):
        raise NotImplementedError

    def input(self, name, array):
        tensor = self.triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
        return tensor.set_data_from_numpy(array)

    def output(self, name, **how):
        return self.triton.InferRequestedOutput(name, **how)

    def simple_inputs(self, rows=1):
        return [self.input("INPUT0", tens(rows)), self.input("INPUT1", ones(rows))]

    def slow_inputs(self, iterations=LONG_ITERATIONS):
        return [self.input("iterations", np.array([iterations], dtype=np.int64))]


def pairs(http, grpc):
    return zip(http, grpc) if isinstance(http, tuple) else [(http, grpc)]


def tens(rows=1):
    return (np.arange(rows * 16, dtype=np.int32) * 10).reshape(rows, 16)


def ones(rows=1):
    return np.ones((rows, 16), dtype=np.int32)


def check_simple(result, rows=1):
    same_array(result.as_numpy("OUTPUT0"), tens(rows) + ones(rows), "OUTPUT0")
    same_array(result.as_numpy("OUTPUT1"), tens(rows) - ones(rows), "OUTPUT1")


def ints(values):
    """protobuf's JSON has 64-bit integers as text."""
    return [int(value) for value in values]


def texts(array):
    return [value.decode() if isinstance(value, bytes) else value for value in array.flatten().tolist()]


def eventually(look, what, tries=200):
    """Looks until it sees something true; what never comes is a failure that shows what was seen last."""
    for _ in range(tries):
        seen = look()
        if seen:
            return seen
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about; seen last: {seen!r}")


@contextmanager
def region(size):
    """A region of shared memory with a name of its own, which goes at the end."""
    name = f"furiosa-{uuid.uuid4().hex[:12]}"
    handle = shm.create_shared_memory_region(name, f"/{name}", size)
    try:
        yield name, handle
    finally:
        shm.destroy_shared_memory_region(handle)


def counts(statistics):
    """The counts of one model's statistics, as numbers."""
    inference = statistics.get("inference_stats", {})
    named = {
        key: int(inference.get(key, {}).get("count", 0))
        for key in ("success", "fail", "queue", "compute_input", "compute_infer", "compute_output")
    }
    return named | {
        "inferences": int(statistics.get("inference_count", 0)),
        "executions": int(statistics.get("execution_count", 0)),
    }


def register_all(api):
    register_server(api)
    register_repository(api)
    register_inference(api)
    register_errors(api)
    register_statistics(api)
    register_classification(api)
    register_shared_memory(api)
    register_settings(api)


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

    @case("load with a configuration of its own is refused, not ignored")
    def _():
        with api.connect() as client:
            api.refused(lambda: client.load_model("fragile", config="{}"), 501, "UNIMPLEMENTED", "config")

    def state_of(client, name):
        return next((each.get("state") for each in api.index(client) if each["name"] == name), None)


def register_inference(api):
    @case("infer: sum and difference of two tensors")
    def _():
        with api.connect() as client:
            result = client.infer("simple", api.simple_inputs(), outputs=both_outputs())
        check_simple(result)

    @case("infer without a list of outputs answers all")
    def _():
        with api.connect() as client:
            check_simple(client.infer("simple", api.simple_inputs()))

    @case("infer answers only the outputs asked for")
    def _():
        with api.connect() as client:
            result = client.infer("simple", api.simple_inputs(), outputs=[api.output("OUTPUT1")])
        equal(result.as_numpy("OUTPUT0"), None, "OUTPUT0")
        same_array(result.as_numpy("OUTPUT1"), tens() - ones(), "OUTPUT1")

    @case("infer with several rows")
    def _():
        with api.connect() as client:
            check_simple(client.infer("simple", api.simple_inputs(5)), 5)

    @case("infer by version, and without one the highest")
    def _():
        values = np.array([1, -2.5], dtype=np.float32)
        with api.connect() as client:
            for version, times in (("1", 1), ("2", 2), ("", 2)):
                result = client.infer("versioned", [api.input("input", values)], model_version=version)
                same_array(result.as_numpy("output"), values * times, f"output of version {version!r}")

    @case("infer gives the id of the request back")
    def _():
        with api.connect() as client:
            result = client.infer("simple", api.simple_inputs(), request_id="my request 7")
        equal(api.told(result.get_response)["id"], "my request 7")

    @case("infer takes custom parameters")
    def _():
        parameters = {"text": "a", "number": 7, "flag": True}
        with api.connect() as client:
            check_simple(client.infer("simple", api.simple_inputs(), parameters=parameters))

    @case("infer takes priority and timeout")
    def _():
        with api.connect() as client:
            check_simple(client.infer("simple", api.simple_inputs(), priority=1, timeout=60_000_000))

    @case("infer takes headers of the caller")
    def _():
        with api.connect() as client:
            check_simple(client.infer("simple", api.simple_inputs(), headers={"x-caller": "conformance"}))

    @case("BOOL, UINT8, INT64, FP32 and FP64 come back bit for bit")
    def _():
        for model, array in {
            "identity_bool": np.array([True, False, True]),
            "identity_uint8": np.array([0, 1, 255], dtype=np.uint8),
            "identity_int64": np.array([-(2**63), 2**63 - 1, 2**53 + 1], dtype=np.int64),
            "identity_fp32": np.array([[0.1, -0.0, 3.4e38]], dtype=np.float32),
            "identity_fp64": np.array([0.1, 1e-310, 1.7e308], dtype=np.float64),
        }.items():
            check_identity(model, array)

    @case("FP16 comes back bit for bit")
    def _():
        check_identity("identity_fp16", np.array([0.1, -2, 65504, 6e-8], dtype=np.float16))

    @case("NaN and the infinities come back")
    def _():
        check_identity("identity_fp32", np.array([[np.nan, np.inf, -np.inf]], dtype=np.float32))

    @case("BYTES: ASCII, other letters and the empty string")
    def _():
        words = ["seven", "", "žluťoučký kůň", "칠", "🙂"]
        array = np.array([word.encode() for word in words], dtype=np.object_)
        with api.connect() as client:
            result = client.infer("identity_bytes", [api.input("input", array)])
        equal(texts(result.as_numpy("output")), words)

    @case("a tensor without elements")
    def _():
        check_identity("identity_fp32", np.zeros((0, 3), dtype=np.float32))

    @case("a tensor of 16 MiB")
    def _():
        check_identity("identity_fp32", np.arange(4 * 2**20, dtype=np.float32).reshape(4, -1))

    @case("a model from a training framework: handwritten digits")
    def _():
        with api.connect() as client:
            result = client.infer("digits", [api.input("image", digit_images())])
        equal(result.as_numpy("probabilities").argmax(axis=1).tolist(), [2, 4], "the digits")

    @case("a client's own timeout ends the call, and the next one works")
    def _():
        with api.connect(SHORT_SECONDS) as client:
            try:
                api.infer_within(client, SHORT_SECONDS, "slow", api.slow_inputs())
            except Exception as error:
                matches(f"{type(error).__name__} {error}".lower(), "timed? ?out|deadline")
            else:
                raise AssertionError("the call did not time out")
        with api.connect() as client:
            check_simple(client.infer("simple", api.simple_inputs()))

    def both_outputs():
        return [api.output("OUTPUT0"), api.output("OUTPUT1")]

    def check_identity(model, array):
        with api.connect() as client:
            result = client.infer(model, [api.input("input", array)])
        seen = result.as_numpy("output")
        same_array(seen, array, f"output of {model}")
        equal(seen.tobytes(), array.tobytes(), f"the bytes of {model}")


def register_errors(api):
    @case("error: unknown model")
    def _():
        text = "^Request for unknown model: 'nope' is not found"
        refused(404, "NOT_FOUND", text, "nope", api.simple_inputs())

    @case("error: unknown version")
    def _():
        refused(404, "NOT_FOUND", "'simple' version 9 is not found", "simple", api.simple_inputs(), model_version="9")

    @case("error: shape that is not the model's")
    def _():
        inputs = [api.input("INPUT0", tens()[:, :8]), api.input("INPUT1", ones())]
        text = r"unexpected shape for input 'INPUT0' for model 'simple'. Expected \[-1,16\], got \[1,8\]"
        refused(400, "INVALID_ARGUMENT", text, "simple", inputs)

    @case("error: datatype that is not the model's")
    def _():
        inputs = [api.input("INPUT0", tens().astype(np.float32)), api.input("INPUT1", ones())]
        text = "inference input 'INPUT0' data-type is 'FP32', but model 'simple' expects 'INT32'"
        refused(400, "INVALID_ARGUMENT", text, "simple", inputs)

    @case("error: missing input")
    def _():
        text = r"expected 2 inputs but got 1 inputs? for model 'simple'"
        refused(400, "INVALID_ARGUMENT", text, "simple", api.simple_inputs()[:1])

    @case("error: unknown input")
    def _():
        inputs = [*api.simple_inputs(), api.input("INPUT2", ones())]
        refused(400, "INVALID_ARGUMENT", "INPUT2", "simple", inputs)

    @case("error: unknown output")
    def _():
        text = "unexpected inference output 'OUTPUT9' for model 'simple'"
        outputs = [api.output("OUTPUT9")]
        refused(400, "INVALID_ARGUMENT", text, "simple", api.simple_inputs(), outputs=outputs)

    @case("error: the engine fails in the middle of a run")
    def _():
        inputs = [api.input("index", np.array([7], dtype=np.int64))]
        refused(500, "INTERNAL", "", "failing", inputs)

    def refused(http, grpc, text, *arguments, **options):
        with api.connect() as client:
            api.refused(lambda: client.infer(*arguments, **options), http, grpc, text)


def register_statistics(api):
    @case("statistics count exactly what was sent")
    def _():
        sent = 5
        inputs = [api.input("input", np.ones(1, dtype=np.float32))]
        with api.connect() as client:
            before = statistics_of(client, "counted")
            for _ in range(sent):
                client.infer("counted", inputs)
            # The answer leaves before the books are closed.
            after = eventually(lambda: grown(client, before, sent), f"{sent} more successes", 50)
        rise = {key: after[key] - before[key] for key in after}
        wanted = {key: sent for key in rise} | {"fail": 0}
        equal(rise, wanted, "the rise of the counts")
        equal(after["queue"], after["success"], "queue.count beside success.count")

    @case("statistics count a failed run as a failure")
    def _():
        with api.connect() as client:
            before = statistics_of(client, "failing")
            inputs = [api.input("index", np.array([7], dtype=np.int64))]
            api.refused(lambda: client.infer("failing", inputs), 500, "INTERNAL")
            after = eventually(
                lambda: next((s for s in [statistics_of(client, "failing")] if s["fail"] > before["fail"]), None),
                "one more failure",
                50,
            )
        equal((after["fail"] - before["fail"], after["success"] - before["success"]), (1, 0), "failures and successes")

    @case("statistics of all models at once")
    def _():
        with api.connect() as client:
            told = api.told(client.get_inference_statistics)["model_stats"]
        names = {(each["name"], each["version"]) for each in told}
        wanted = {("simple", "1"), ("versioned", "1"), ("versioned", "2")}
        equal(wanted - names, set(), "versions without statistics")

    @case("statistics of an unknown model are refused")
    def _():
        with api.connect() as client:
            call = lambda: client.get_inference_statistics("nope")  # noqa: E731
            # Triton's own answer is 400 here, and 404 wherever else a model is unknown.
            api.refused(call, (400, 404), ("INVALID_ARGUMENT", "NOT_FOUND"), "'nope'")

    def statistics_of(client, name):
        told = api.told(client.get_inference_statistics, name)["model_stats"]
        equal([(each["name"], each["version"]) for each in told], [(name, "1")], "the statistics asked for")
        return counts(told[0])

    def grown(client, before, sent):
        now = statistics_of(client, "counted")
        return now if now["success"] >= before["success"] + sent else None


def register_classification(api):
    @case("classification: the highest values first, with their positions")
    def _():
        values = np.array([[0.25, 4, -1, 4]], dtype=np.float32)
        with api.connect() as client:
            outputs = [api.output("output", class_count=3)]
            result = client.infer("identity_fp32", [api.input("input", values)], outputs=outputs)
        equal(texts(result.as_numpy("output")), ["4.000000:1", "4.000000:3", "0.250000:0"])

    @case("classification: of each row for itself")
    def _():
        values = np.array([[1, 2], [4, 3]], dtype=np.float32)
        with api.connect() as client:
            outputs = [api.output("output", class_count=9)]
            result = client.infer("identity_fp32", [api.input("input", values)], outputs=outputs)
        seen = result.as_numpy("output")
        wanted = ["2.000000:1", "1.000000:0", "4.000000:0", "3.000000:1"]
        equal((list(seen.shape), texts(seen)), ([2, 2], wanted))

    @case("classification: with the labels of the model")
    def _():
        with api.connect() as client:
            outputs = [api.output("probabilities", class_count=1)]
            result = client.infer("digits", [api.input("image", digit_images())], outputs=outputs)
        labels = [text.split(":")[1:] for text in texts(result.as_numpy("probabilities"))]
        equal(labels, [["2", "two"], ["4", "four"]], "positions and labels")

    @case("classification: of BOOL is refused")
    def _():
        with api.connect() as client:
            inputs = [api.input("input", np.array([True]))]
            outputs = [api.output("output", class_count=1)]
            call = lambda: client.infer("identity_bool", inputs, outputs=outputs)  # noqa: E731
            api.refused(call, 400, "INVALID_ARGUMENT", "BOOL")


def register_shared_memory(api):
    @case("system shared memory: register, list, unregister")
    def _():
        with api.connect() as client, region(256) as (name, _):
            with registered(client, name, 128, offset=64):
                equal(api.regions(client, name), {name: (64, 128)}, "the region")
            holds(name not in api.regions(client), "the region is listed although it was unregistered")

    @case("system shared memory: inputs and outputs")
    def _():
        with api.connect() as client, region(4 * BYTES_PER_TENSOR) as (name, handle):
            shm.set_shared_memory_region(handle, [tens(), ones()])
            with registered(client, name, 4 * BYTES_PER_TENSOR):
                inputs = [
                    input_in_memory("INPUT0", name, 0),
                    input_in_memory("INPUT1", name, BYTES_PER_TENSOR),
                ]
                outputs = [output_in_memory("OUTPUT0", name, 2), output_in_memory("OUTPUT1", name, 3)]
                result = client.infer("simple", inputs, outputs=outputs)
                for output in ("OUTPUT0", "OUTPUT1"):
                    equal(result.as_numpy(output) is None or result.as_numpy(output).size == 0, True, "no data inline")
            read = [
                shm.get_contents_as_numpy(handle, np.int32, [1, 16], offset * BYTES_PER_TENSOR) for offset in (2, 3)
            ]
            same_array(read[0], tens() + ones(), "OUTPUT0 in memory")
            same_array(read[1], tens() - ones(), "OUTPUT1 in memory")

    @case("system shared memory: one input in it, the other in the request")
    def _():
        with api.connect() as client, region(BYTES_PER_TENSOR) as (name, handle):
            shm.set_shared_memory_region(handle, [tens()])
            with registered(client, name, BYTES_PER_TENSOR):
                inputs = [input_in_memory("INPUT0", name, 0), api.input("INPUT1", ones())]
                check_simple(client.infer("simple", inputs))

    @case("system shared memory: strings")
    def _():
        words = np.array([b"seven", "칠".encode()], dtype=np.object_)
        with api.connect() as client, region(256) as (name, handle):
            # A BYTES tensor is written as it is on the wire: the length of each element before it.
            wire = b"".join(len(word).to_bytes(4, "little") + word for word in words.tolist())
            shm.set_shared_memory_region(handle, [np.frombuffer(wire, dtype=np.uint8)])
            with registered(client, name, 256):
                tensor = api.triton.InferInput("input", [2], "BYTES")
                tensor.set_shared_memory(name, len(wire))
                result = client.infer("identity_bytes", [tensor])
        equal(texts(result.as_numpy("output")), ["seven", "칠"])

    @case("system shared memory: an unknown region is refused")
    def _():
        with api.connect() as client:
            inputs = [input_in_memory("INPUT0", "no-such-region", 0), api.input("INPUT1", ones())]
            api.refused(lambda: client.infer("simple", inputs), 404, "NOT_FOUND", "no-such-region")

    @case("system shared memory: the same name twice is refused")
    def _():
        with api.connect() as client, region(64) as (name, _):
            with registered(client, name, 64):
                call = lambda: client.register_system_shared_memory(name, f"/{name}", 64)  # noqa: E731
                api.refused(call, 400, "ALREADY_EXISTS", name)

    @case("system shared memory: what is not there or too small is refused")
    def _():
        with api.connect() as client, region(64) as (name, _):
            missing = lambda: client.register_system_shared_memory("missing", "/furiosa-no-such", 64)  # noqa: E731
            api.refused(missing, (400, 404), ("INVALID_ARGUMENT", "NOT_FOUND"))
            beyond = lambda: client.register_system_shared_memory(name, f"/{name}", 2**20)  # noqa: E731
            api.refused(beyond, 400, "INVALID_ARGUMENT")

    @case("system shared memory: an output that does not fit is refused")
    def _():
        with api.connect() as client, region(8) as (name, _):
            with registered(client, name, 8):
                output = api.output("OUTPUT0")
                output.set_shared_memory(name, 8)
                try:
                    client.infer("simple", api.simple_inputs(), outputs=[output])
                except InferenceServerException as error:
                    matches(error.message(), "OUTPUT0|shared memory|bytes")
                else:
                    raise AssertionError("64 bytes went into a region of 8")

    @case("system shared memory: all regions unregistered at once")
    def _():
        with api.connect() as client, region(64) as (one, _), region(64) as (other, _):
            for name in (one, other):
                client.register_system_shared_memory(name, f"/{name}", 64)
            client.unregister_system_shared_memory()
            equal(api.regions(client), {}, "what is left")

    @case("CUDA shared memory: unregistering all of none is no error, and clients begin with it")
    def _():
        with api.connect() as client:
            client.unregister_cuda_shared_memory()

    @case("CUDA shared memory: a region is refused")
    def _():
        with api.connect() as client:
            try:
                client.register_cuda_shared_memory("cuda", b"0" * 64, 0, 64)
            except InferenceServerException as error:
                holds(error.message(), "the error has no text")
            else:
                raise AssertionError("a region was registered that cannot be used")

    @contextmanager
    def registered(client, name, size, offset=0):
        client.register_system_shared_memory(name, f"/{name}", size, offset=offset)
        try:
            yield
        finally:
            client.unregister_system_shared_memory(name)

    def input_in_memory(tensor_name, region_name, offset):
        tensor = api.triton.InferInput(tensor_name, [1, 16], "INT32")
        tensor.set_shared_memory(region_name, BYTES_PER_TENSOR, offset=offset)
        return tensor

    def output_in_memory(tensor_name, region_name, place):
        output = api.output(tensor_name)
        output.set_shared_memory(region_name, BYTES_PER_TENSOR, offset=place * BYTES_PER_TENSOR)
        return output


def register_settings(api):
    @case("trace settings: read, changed for all, and set back")
    def _():
        with api.connect() as client:
            before = api.trace(api.told(client.get_trace_settings))
            equal({"trace_level", "trace_rate", "trace_count", "log_frequency"} - set(before), set(), "missing")
            changed = api.trace(update_trace(client, {"trace_rate": "7"}))
            equal(changed["trace_rate"], "7", "trace_rate")
            cleared = api.trace(update_trace(client, {"trace_rate": None}))
            equal(cleared["trace_rate"], before["trace_rate"], "trace_rate after clearing")

    @case("trace settings: changed for one model only")
    def _():
        with api.connect() as client:
            before = api.trace(api.told(client.get_trace_settings))
            try:
                update_trace(client, {"trace_rate": "9"}, "simple")
                of_model = api.trace(api.told(client.get_trace_settings, "simple"))
                equal(of_model["trace_rate"], "9", "trace_rate of the model")
                equal(api.trace(api.told(client.get_trace_settings)), before, "the settings of all")
            finally:
                update_trace(client, {"trace_rate": None}, "simple")

    @case("trace settings: a level that does not exist is refused")
    def _():
        with api.connect() as client:
            call = lambda: update_trace(client, {"trace_level": ["LOUD"]})  # noqa: E731
            api.refused(call, 400, "INVALID_ARGUMENT", "LOUD")

    @case("log settings: read and changed")
    def _():
        with api.connect() as client:
            before = api.logging(api.told(client.get_log_settings))
            wanted = {"log_file", "log_info", "log_warning", "log_error", "log_verbose_level", "log_format"}
            equal(wanted - set(before), set(), "settings that are missing")
            try:
                changed = api.logging(api.told(client.update_log_settings, {"log_verbose_level": 1}))
                equal(int(changed["log_verbose_level"]), 1, "log_verbose_level")
            finally:
                client.update_log_settings({"log_verbose_level": before["log_verbose_level"]})

    @case("log settings: one that does not exist is refused")
    def _():
        with api.connect() as client:
            call = lambda: client.update_log_settings({"log_colour": True})  # noqa: E731
            api.refused(call, 400, "INVALID_ARGUMENT", "log_colour")

    def update_trace(client, settings, model=None):
        return api.told(client.update_trace_settings, model, settings)


def digit_images():
    """The two pictures of the sample request: a two and a four."""
    with open(os.path.join(server.samples, "mnist_onnx_input.json"), encoding="utf-8") as file:
        image = json.load(file)["inputs"][0]
    return np.array(image["data"], dtype=np.float32).reshape(image["shape"])


class Collected:
    """What callbacks on other threads brought, in the order in which they came."""

    def __init__(self):
        self.items = []
        self._changed = threading.Condition()

    def __call__(self, result, error):
        with self._changed:
            self.items.append((result, error))
            self._changed.notify_all()

    def wait_for(self, count, seconds=30):
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.items) >= count, seconds)
        holds(came, f"{count} answers were expected; {len(self.items)} came: {self.items}")
        return self.items
