"""tritonclient.http, and Triton's generate endpoints, which it has no call for."""

import json

import numpy as np
import requests
import tritonclient.http as triton

from harness import case, equal, holds, matches, server
from triton_base import check_simple, ones, tens, texts
from triton_cases import register_all
from triton_http_api import Http
from versions import versions_of

CLIENT = "tritonclient.http"


def versions():
    return versions_of("tritonclient", "geventhttpclient", "requests")


api = Http()
register_all(api)


@case("an unknown model is not ready")
def _():
    with api.connect() as client:
        equal((client.is_model_ready("nope"), client.is_model_ready("simple", "9")), (False, False))


@case("infer with JSON tensors both ways")
def _():
    with api.connect() as client:
        result = client.infer("simple", json_inputs(), outputs=outputs(False, False))
    check_simple(result)
    holds("data" in result.get_output("OUTPUT0"), f"OUTPUT0 is no JSON: {result.get_output('OUTPUT0')}")


@case("infer with one tensor binary and the other in JSON, both ways")
def _():
    with api.connect() as client:
        inputs = [api.simple_inputs()[0], json_inputs()[1]]
        result = client.infer("simple", inputs, outputs=outputs(False, True))
    check_simple(result)


@case("BYTES as JSON strings")
def _():
    words = ["seven", "칠", 'quote " and \\']
    array = np.array([word.encode() for word in words], dtype=np.object_)
    tensor = triton.InferInput("input", [3], "BYTES").set_data_from_numpy(array, binary_data=False)
    with api.connect() as client:
        wanted = [triton.InferRequestedOutput("output", binary_data=False)]
        result = client.infer("identity_bytes", [tensor], outputs=wanted)
    equal(texts(result.as_numpy("output")), words)


@case("classification as JSON")
def _():
    values = np.array([[3, 1, 2]], dtype=np.float32)
    with api.connect() as client:
        wanted = [triton.InferRequestedOutput("output", binary_data=False, class_count=2)]
        result = client.infer("identity_fp32", [api.input("input", values)], outputs=wanted)
    equal(result.get_output("output")["data"], ["3.000000:0", "2.000000:2"])


@case("request compressed with gzip")
def _():
    check_compressed(request_compression_algorithm="gzip")


@case("request compressed with deflate")
def _():
    check_compressed(request_compression_algorithm="deflate")


@case("answer compressed with gzip")
def _():
    check_compressed(response_compression_algorithm="gzip")


@case("answer compressed with deflate")
def _():
    check_compressed(response_compression_algorithm="deflate")


@case("async_infer: many at a time over four connections")
def _():
    with api.connect(concurrency=4) as client:
        waiting = [client.async_infer("simple", api.simple_inputs(rows)) for rows in range(1, 17)]
        for rows, request in enumerate(waiting, start=1):
            check_simple(request.get_result(), rows)


@case("async_infer: an error reaches the one who waits")
def _():
    with api.connect() as client:
        waiting = client.async_infer("nope", api.simple_inputs())
        api.refused(waiting.get_result, 404, "NOT_FOUND", "unknown model: 'nope'")


@case("query parameters are ignored")
def _():
    with api.connect() as client:
        check_simple(client.infer("simple", api.simple_inputs(), query_params={"caller": "a b", "n": 1}))


@case("a body made and an answer read without the client's connection")
def _():
    body, header_length = triton.InferenceServerClient.generate_request_body(api.simple_inputs())
    headers = {"Inference-Header-Content-Length": str(header_length)}
    answer = requests.post(url("/v2/models/simple/infer"), data=body, headers=headers, timeout=30)
    length = int(answer.headers["Inference-Header-Content-Length"])
    check_simple(triton.InferenceServerClient.parse_response_body(answer.content, header_length=length))


@case("generate: a tensor is a field of the JSON")
def _():
    answer = post("generate", {"id": "7", "input": "hello"})
    equal((answer.status_code, answer.headers["content-type"]), (200, "application/json"), answer.text)
    wanted = {"id": "7", "model_name": "identity_bytes", "model_version": "1", "output": "hello"}
    equal(answer.json(), wanted)


@case("generate: an array is a tensor with one axis")
def _():
    answer = post("generate", {"input": ["a", "b"]})
    equal((answer.status_code, answer.json().get("output")), (200, ["a", "b"]), answer.text)


@case("generate: further fields are parameters")
def _():
    answer = post("generate", {"input": "a", "temperature": 0.5, "parameters": {"stream": False}})
    equal((answer.status_code, answer.json().get("output")), (200, "a"), answer.text)


@case("generate: a missing tensor is refused")
def _():
    answer = post("generate", {"text": "hello"})
    equal(answer.status_code, 400, answer.text)
    matches(answer.json()["error"], "input")


@case("generate: an unknown model is refused")
def _():
    answer = post("generate", {"input": "hello"}, "nope")
    equal(answer.status_code, 404, answer.text)
    matches(answer.json()["error"], "^Request for unknown model: 'nope' is not found")


@case("generate_stream: the answer is an event")
def _():
    answer = post("generate_stream", {"input": "hello"})
    equal(answer.status_code, 200, answer.text)
    matches(answer.headers["content-type"], "^text/event-stream")
    holds(answer.text.startswith("data: ") and answer.text.endswith("\n\n"), f"no event: {answer.text!r}")
    equal(json.loads(answer.text[len("data: ") :])["output"], "hello")


@case("generate_stream: an error before the first answer is an ordinary one")
def _():
    answer = post("generate_stream", {"input": "hello"}, "nope")
    equal((answer.status_code, answer.headers["content-type"]), (404, "application/json"), answer.text)


def check_compressed(**algorithm):
    with api.connect() as client:
        # Large and alike, so that compressing is worth it.
        result = client.infer("simple", api.simple_inputs(200), **algorithm)
    check_simple(result, 200)


def json_inputs():
    return [
        triton.InferInput(name, [1, 16], "INT32").set_data_from_numpy(array, binary_data=False)
        for name, array in (("INPUT0", tens()), ("INPUT1", ones()))
    ]


def outputs(*binary):
    return [
        triton.InferRequestedOutput(f"OUTPUT{at}", binary_data=is_binary) for at, is_binary in enumerate(binary)
    ]


def post(what, body, model="identity_bytes"):
    return requests.post(url(f"/v2/models/{model}/{what}"), json=body, timeout=30)


def url(path):
    return f"http://{server.http}{path}"
