"""KServe's InferenceGRPCClient."""

import logging

import grpc
import numpy as np
from kserve import InferenceGRPCClient, InferInput, InferRequest

from harness import case, equal, matches, server
from versions import versions_of

CLIENT = "KServe InferenceGRPCClient"

# It logs every error that it raises.
logging.getLogger("kserve.trace").setLevel(logging.CRITICAL)


def versions():
    return versions_of("kserve", "grpcio")


def client():
    return InferenceGRPCClient(server.grpc, timeout=60)


@case("server is live and ready")
async def _():
    async with client() as kserve:
        equal((await kserve.is_server_live(), await kserve.is_server_ready()), (True, True))


@case("a model is ready")
async def _():
    async with client() as kserve:
        equal(await kserve.is_model_ready("simple"), True)


@case("readiness of an unknown model is NOT_FOUND")
async def _():
    async with client() as kserve:
        await refused(kserve.is_model_ready("nope"), grpc.StatusCode.NOT_FOUND, "unknown model: 'nope'")


@case("infer with raw contents")
async def _():
    async with client() as kserve:
        check_simple(await kserve.infer(simple_request(binary=True)))


@case("infer with typed contents")
async def _():
    async with client() as kserve:
        check_simple(await kserve.infer(simple_request(binary=False)))


@case("infer with strings")
async def _():
    words = np.array([b"seven", "칠".encode()], dtype=np.object_)
    tensor = InferInput("input", [2], "BYTES")
    tensor.set_data_from_numpy(words, binary_data=True)
    async with client() as kserve:
        answer = await kserve.infer(InferRequest("identity_bytes", [tensor]))
    equal(answer.outputs[0].as_numpy().tolist(), words.tolist())


@case("infer gives the id of the request back")
async def _():
    async with client() as kserve:
        answer = await kserve.infer(simple_request(binary=True))
    equal(answer.id, "my request 7")


@case("error: its status and text reach the caller")
async def _():
    async with client() as kserve:
        request = simple_request(binary=True, model="nope")
        await refused(kserve.infer(request), grpc.StatusCode.NOT_FOUND, "^Request for unknown model: 'nope'")


async def refused(call, status, pattern):
    try:
        answer = await call
    except grpc.RpcError as error:
        equal(error.code(), status, "the status")
        matches(error.details(), pattern)
    else:
        raise AssertionError(f"the call was not refused; it answered {answer!r}")


def simple_request(binary, model="simple"):
    tensors = []
    for name, array in (("INPUT0", np.full((1, 16), 5, dtype=np.int32)), ("INPUT1", np.ones((1, 16), dtype=np.int32))):
        tensor = InferInput(name, [1, 16], "INT32")
        tensor.set_data_from_numpy(array, binary_data=binary)
        tensors.append(tensor)
    return InferRequest(model, tensors, request_id="my request 7")


def check_simple(answer):
    equal((answer.model_name, [output.name for output in answer.outputs]), ("simple", ["OUTPUT0", "OUTPUT1"]))
    equal([output.as_numpy().tolist() for output in answer.outputs], [[[6] * 16], [[4] * 16]])
