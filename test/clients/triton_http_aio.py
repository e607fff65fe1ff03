"""tritonclient.http.aio."""

import asyncio

import tritonclient.http.aio as triton
from tritonclient.utils import InferenceServerException

from harness import case, equal, holds, matches, server
from triton_base import SECONDS_UNTIL_SENT, check_simple
from triton_http_api import Http
from versions import versions_of

CLIENT = "tritonclient.http.aio"


def versions():
    return versions_of("tritonclient", "aiohttp")


api = Http()


def connect(seconds=60.0):
    return triton.InferenceServerClient(server.http, conn_timeout=seconds)


@case("server and model are ready")
async def _():
    async with connect() as client:
        seen = [await client.is_server_live(), await client.is_server_ready(), await client.is_model_ready("simple")]
    equal(seen, [True, True, True])


@case("server and model metadata")
async def _():
    async with connect() as client:
        equal((await client.get_server_metadata())["name"], "furiosa-server")
        equal((await client.get_model_metadata("simple"))["inputs"][0]["shape"], [-1, 16])


@case("infer: sum and difference of two tensors")
async def _():
    async with connect() as client:
        check_simple(await client.infer("simple", api.simple_inputs()))


@case("infer: many at a time")
async def _():
    async with connect() as client:
        results = await asyncio.gather(*(client.infer("simple", api.simple_inputs(rows)) for rows in range(1, 17)))
    for rows, result in enumerate(results, start=1):
        check_simple(result, rows)


@case("long metadata, which this client cannot decompress although it offers to")
async def _():
    async with connect() as client:
        equal(len((await client.get_model_metadata("wide"))["inputs"]), 40, "the number of inputs")


@case("infer: a large answer")
async def _():
    async with connect() as client:
        check_simple(await client.infer("simple", api.simple_inputs(200)), 200)


@case("infer: compressed both ways")
async def _():
    async with connect() as client:
        for algorithm in ("gzip", "deflate"):
            how = {"request_compression_algorithm": algorithm, "response_compression_algorithm": algorithm}
            check_simple(await client.infer("simple", api.simple_inputs(200), **how), 200)


@case("error: unknown model")
async def _():
    async with connect() as client:
        try:
            await client.infer("nope", api.simple_inputs())
        except InferenceServerException as error:
            equal(error.status(), "404", "the status")
            matches(error.message(), "^Request for unknown model: 'nope' is not found")
        else:
            raise AssertionError("an unknown model answered")


@case("a client's own timeout ends the call, and the next one works")
async def _():
    async with connect(0.2) as client:
        try:
            await client.infer("slow", api.slow_inputs())
        except asyncio.TimeoutError:
            pass
        else:
            raise AssertionError("the call did not time out")
    async with connect() as client:
        check_simple(await client.infer("simple", api.simple_inputs()))


@case("a cancelled call leaves the next one unharmed")
async def _():
    async with connect() as client:
        call = asyncio.ensure_future(client.infer("slow", api.slow_inputs()))
        await asyncio.sleep(SECONDS_UNTIL_SENT)
        call.cancel()
        [outcome] = await asyncio.gather(call, return_exceptions=True)
        holds(isinstance(outcome, asyncio.CancelledError), f"the call was not cancelled: {outcome!r}")
        check_simple(await client.infer("simple", api.simple_inputs()))


@case("index, unload and load")
async def _():
    async with connect() as client:
        await client.unload_model("fragile")
        await client.load_model("fragile")
        states = {each["name"]: each["state"] for each in await client.get_model_repository_index()}
    equal(states["fragile"], "READY", "the state after load")


@case("model configuration")
async def _():
    async with connect() as client:
        equal((await client.get_model_config("simple"))["name"], "simple")


@case("statistics")
async def _():
    async with connect() as client:
        told = await client.get_inference_statistics("simple")
    equal([each["name"] for each in told["model_stats"]], ["simple"])
