"""Inference, classification and what is wrong with a request, with either of Triton's clients."""

import numpy as np

from harness import case, equal, matches, same_array
from triton_base import SHORT_SECONDS, check_simple, digit_images, ones, tens, texts


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
