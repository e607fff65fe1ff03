"""KServe's InferenceRESTClient."""

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

from harness import case, equal, matches, server
from versions import versions_of

CLIENT = "KServe InferenceRESTClient"


def versions():
    return versions_of("kserve", "httpx")


def client():
    return InferenceRESTClient(RESTConfig(protocol="v2", retries=0, timeout=60))


def base():
    return f"http://{server.http}"


@case("server is live and ready")
async def _():
    async with client() as kserve:
        equal((await kserve.is_server_live(base()), await kserve.is_server_ready(base())), (True, True))


@case("a model is ready, an unknown one is not")
async def _():
    async with client() as kserve:
        seen = [await kserve.is_model_ready(base(), name) for name in ("simple", "nope")]
    equal(seen, [True, False])


@case("infer with JSON tensors")
async def _():
    async with client() as kserve:
        answer = await kserve.infer(base(), simple_request(binary=False), model_name="simple")
    check_simple(answer)


@case("infer with binary tensors")
async def _():
    async with client() as kserve:
        request = simple_request(binary=True, parameters={"binary_data_output": True})
        answer = await kserve.infer(base(), request, model_name="simple")
    check_simple(answer)


@case("infer with a dictionary")
async def _():
    async with client() as kserve:
        body = {"inputs": [{"name": "input", "shape": [2], "datatype": "FP64", "data": [0.1, -2]}]}
        answer = await kserve.infer(base(), body, model_name="identity_fp64")
    equal(answer.outputs[0].data, [0.1, -2])


@case("infer with strings")
async def _():
    async with client() as kserve:
        body = {"inputs": [{"name": "input", "shape": [2], "datatype": "BYTES", "data": ["seven", "칠"]}]}
        answer = await kserve.infer(base(), body, model_name="identity_bytes")
    equal(answer.outputs[0].data, ["seven", "칠"])


@case("infer with FP16, binary both ways")
async def _():
    values = np.array([0.1, -2], dtype=np.float16)
    tensor = InferInput("input", [2], "FP16")
    tensor.set_data_from_numpy(values, binary_data=True)
    request = InferRequest("identity_fp16", [tensor], parameters={"binary_data_output": True})
    async with client() as kserve:
        answer = await kserve.infer(base(), request, model_name="identity_fp16")
    equal(answer.outputs[0].as_numpy().tolist(), values.tolist())


@case("infer gives the id of the request back")
async def _():
    async with client() as kserve:
        answer = await kserve.infer(base(), simple_request(binary=False), model_name="simple")
    equal(answer.id, "my request 7")


@case("error: its text reaches the caller")
async def _():
    async with client() as kserve:
        try:
            await kserve.infer(base(), simple_request(binary=False), model_name="nope")
        except httpx.HTTPStatusError as error:
            equal(error.response.status_code, 404, "the status")
            matches(str(error), "^Request for unknown model: 'nope' is not found")
        else:
            raise AssertionError("an unknown model answered")


def simple_request(binary, parameters=None):
    tensors = []
    for name, array in (("INPUT0", np.full((1, 16), 5, dtype=np.int32)), ("INPUT1", np.ones((1, 16), dtype=np.int32))):
        tensor = InferInput(name, [1, 16], "INT32")
        tensor.set_data_from_numpy(array, binary_data=binary)
        tensors.append(tensor)
    return InferRequest("simple", tensors, request_id="my request 7", parameters=parameters)


def check_simple(answer):
    equal((answer.model_name, [output.name for output in answer.outputs]), ("simple", ["OUTPUT0", "OUTPUT1"]))
    equal([output.as_numpy().tolist() for output in answer.outputs], [[[6] * 16], [[4] * 16]])
