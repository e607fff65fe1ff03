"""curl, as people type it."""

import json
import os
import re
import shutil
import struct
import subprocess
import tempfile

from harness import Skip, case, equal, holds, matches, server

CLIENT = "curl"
BINARY = shutil.which("curl")


def versions():
    if BINARY is None:
        return {}
    said = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout
    return {"curl": re.match(r"curl (\S+)", said)[1]}


@case("health, with the status as the exit code")
def _():
    for path in ("/v2/health/live", "/v2/health/ready"):
        equal(curl("--fail", path).status, 200, path)


@case("JSON with -d and no header for it")
def _():
    answer = curl("-d", simple_json(), "/v2/models/simple/infer")
    equal((answer.status, answer.headers["content-type"]), (200, "application/json"), answer.body)
    equal(json.loads(answer.body)["outputs"][0]["data"], [6] * 16)


@case("JSON of several kilobytes, after 100-continue")
def _():
    values = [0.5] * 10_000
    body = {"inputs": [{"name": "input", "shape": [10_000], "datatype": "FP64", "data": values}]}
    answer = curl("-H", "Expect: 100-continue", "--expect100-timeout", "20", "-d", json.dumps(body), FP64)
    equal(answer.status, 200, answer.body[:200])
    equal(json.loads(answer.body)["outputs"][0]["data"], values)


@case("JSON in chunks, without a length")
def _():
    answer = curl("-H", "Transfer-Encoding: chunked", "-d", simple_json(), "/v2/models/simple/infer")
    equal(answer.status, 200, answer.body)


@case("raw bytes with --data-binary and Inference-Header-Content-Length: 0")
def _():
    tensor = struct.pack("<3d", 0.1, -2, 1e300)
    with tempfile.NamedTemporaryFile() as file:
        file.write(tensor)
        file.flush()
        answer = curl("--data-binary", f"@{file.name}", "-H", "Inference-Header-Content-Length: 0", FP64)
    equal((answer.status, answer.headers["content-type"]), (200, "application/octet-stream"), answer.body)
    header_length = int(answer.headers["inference-header-content-length"])
    equal(answer.body[header_length:], tensor, "the bytes behind the JSON")


@case("--compressed")
def _():
    values = [0.5] * 10_000
    body = {"inputs": [{"name": "input", "shape": [10_000], "datatype": "FP64", "data": values}]}
    answer = curl("--compressed", "-d", json.dumps(body), FP64)
    equal((answer.status, answer.headers.get("content-encoding")), (200, "gzip"), answer.body[:200])
    equal(json.loads(answer.body)["outputs"][0]["data"], values)


@case("error: a sentence in JSON")
def _():
    answer = curl("-d", simple_json(), "/v2/models/nope/infer")
    equal((answer.status, answer.headers["content-type"]), (404, "application/json"), answer.body)
    matches(json.loads(answer.body)["error"], "^Request for unknown model: 'nope' is not found")


@case("error: JSON that cannot be read is 400")
def _():
    answer = curl("-d", '{"inputs": [', "/v2/models/simple/infer")
    equal(answer.status, 400, answer.body)
    holds(json.loads(answer.body)["error"], "the error has no text")


@case("error: a route that does not exist, and a method that it does not have")
def _():
    equal([curl("/v3").status, curl("-X", "DELETE", "/v2/health/live").status], [404, 405])


@case("HEAD")
def _():
    answer = curl("--head", "/v2/models/simple")
    equal((answer.status, answer.body), (200, b""))


@case("over a connection that is kept")
def _():
    urls = [f"http://{server.http}/v2/health/live"] * 3
    said = run("--write-out", "%{num_connects} ", "--output", os.devnull, *interleaved(urls))
    equal(said.decode().split(), ["1", "0", "0"], "connections opened for each request")


FP64 = "/v2/models/identity_fp64/infer"


class Answer:
    def __init__(self, raw_headers, body):
        # After a 100 the final head follows.
        head = raw_headers.decode().strip().split("\r\n\r\n")[-1]
        first, *lines = head.split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
        self.body = body


def curl(*arguments):
    """Asks the server under test for the path, which comes last."""
    *options, path = arguments
    with tempfile.NamedTemporaryFile() as headers:
        body = run("--dump-header", headers.name, *options, f"http://{server.http}{path}")
        raw = headers.read()
    return Answer(raw, b"" if "--head" in options else body)


def run(*arguments):
    if BINARY is None:
        raise Skip("there is no curl")
    command = [BINARY, "--silent", "--show-error", "--max-time", "30", "--noproxy", "*", *arguments]
    ended = subprocess.run(command, capture_output=True, check=False)
    equal(ended.returncode, 0, f"the exit status of curl ({ended.stderr.decode().strip()})")
    return ended.stdout


def interleaved(urls):
    """One --output belongs to one URL."""
    return [part for at, url in enumerate(urls) for part in (["--output", os.devnull] if at else []) + [url]]


def simple_json():
    tensors = [
        {"name": name, "shape": [1, 16], "datatype": "INT32", "data": [number] * 16}
        for name, number in (("INPUT0", 5), ("INPUT1", 1))
    ]
    return json.dumps({"inputs": tensors})
