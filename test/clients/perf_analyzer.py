"""Triton's perf_analyzer, which measures; here it only has to get through, with every request answered."""

import re
import subprocess

from harness import Skip, case, equal, holds, server

CLIENT = "perf_analyzer"
REQUESTS = 100
SECONDS = 45

# The model takes any number of rows, so the number has to be said.
SIMPLE = ("-m", "simple", "--shape", "INPUT0:1,16", "--shape", "INPUT1:1,16")
STRINGS = ("-m", "identity_bytes", "--shape", "input:3", "--string-length", "20")


def versions():
    if not server.perf_analyzer:
        return {}
    said = subprocess.run([server.perf_analyzer, "--version"], capture_output=True, text=True, check=False)
    return {"perf_analyzer": re.search(r"Version (\d\S*)", said.stdout + said.stderr)[1]}


@case("HTTP")
def _():
    http(*SIMPLE)


@case("HTTP, four requests at a time")
def _():
    http(*SIMPLE, "--concurrency-range", "4")


@case("HTTP, asynchronous")
def _():
    http(*SIMPLE, "--async", "--concurrency-range", "4")


@case("HTTP, at a given rate")
def _():
    http(*SIMPLE, "--request-rate-range", "100")


@case("HTTP, JSON tensors both ways")
def _():
    http(*SIMPLE, "--input-tensor-format", "json", "--output-tensor-format", "json")


@case("HTTP, strings")
def _():
    http(*STRINGS)


@case("HTTP, tensors in system shared memory")
def _():
    http(*SIMPLE, "--shared-memory", "system")


@case("HTTP, the statistics of the server beside its own")
def _():
    has_statistics(http(*SIMPLE))


@case("gRPC")
def _():
    grpc(*SIMPLE)


@case("gRPC, four requests at a time")
def _():
    grpc(*SIMPLE, "--concurrency-range", "4")


@case("gRPC, asynchronous")
def _():
    grpc(*SIMPLE, "--async", "--concurrency-range", "4")


@case("gRPC, streaming")
def _():
    grpc(*SIMPLE, "--streaming", "--async", "--concurrency-range", "4")


@case("gRPC, compressed with gzip")
def _():
    grpc(*SIMPLE, "--grpc-compression-algorithm", "gzip")


@case("gRPC, strings")
def _():
    grpc(*STRINGS)


@case("gRPC, tensors in system shared memory")
def _():
    grpc(*SIMPLE, "--shared-memory", "system")


@case("gRPC, streaming, tensors in system shared memory")
def _():
    grpc(*SIMPLE, "--streaming", "--async", "--shared-memory", "system")


@case("gRPC, the statistics of the server beside its own")
def _():
    has_statistics(grpc(*SIMPLE))


def http(*options):
    return run("-i", "http", "-u", server.http, *options)


def grpc(*options):
    return run("-i", "grpc", "-u", server.grpc, *options)


def run(*options):
    """Sends so many requests, and answers what was printed when all were answered without a complaint."""
    if not server.perf_analyzer:
        raise Skip(server.perf_analyzer_missing)
    command = [server.perf_analyzer, *options, "--request-count", str(REQUESTS)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    complaint = ended.stderr.strip().split("\nUsage:")[0]
    equal(ended.returncode, 0, f"the exit status of perf_analyzer ({complaint})")
    counted = re.search(r"Request count: (\d+)", ended.stdout)
    holds(counted, f"it says no request count: {ended.stdout}")
    equal(int(counted[1]), REQUESTS, "the requests that were answered")
    holds(not re.search("(?i)error|unable|failed", complaint), f"it complains: {complaint}")
    return ended.stdout


def has_statistics(printed):
    found = re.search(r"Server:\s+Inference count: (\d+)", printed)
    holds(found, f"it shows nothing of the server: {printed}")
    holds(int(found[1]) > 0, f"it shows that the server answered nothing: {printed}")
