"""tritonclient.grpc.aio."""

import asyncio

import tritonclient.grpc.aio as triton
from tritonclient.utils import InferenceServerException

from harness import case, equal, holds, matches, server
from triton_base import SECONDS_UNTIL_SENT, TOO_LATE, check_simple
from triton_grpc_api import Grpc
from versions import versions_of

CLIENT = "tritonclient.grpc.aio"


def versions():
    return versions_of("tritonclient", "grpcio")


api = Grpc()


def connect():
    return triton.InferenceServerClient(server.grpc)


@case("server and model are ready")
async def _():
    async with connect() as client:
        seen = [await client.is_server_live(), await client.is_server_ready(), await client.is_model_ready("simple")]
    equal(seen, [True, True, True])


@case("server and model metadata")
async def _():
    async with connect() as client:
        equal((await client.get_server_metadata()).name, "furiosa-server")
        equal(list((await client.get_model_metadata("simple")).inputs[0].shape), [-1, 16])


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


@case("infer: compressed with gzip and deflate")
async def _():
    async with connect() as client:
        for algorithm in ("gzip", "deflate"):
            result = await client.infer("simple", api.simple_inputs(200), compression_algorithm=algorithm)
            check_simple(result, 200)


@case("error: unknown model")
async def _():
    async with connect() as client:
        await refused(client.infer("nope", api.simple_inputs()), "NOT_FOUND", "unknown model: 'nope'")


@case("a client timeout is DEADLINE_EXCEEDED or refused at once, and the next call works")
async def _():
    async with connect() as client:
        await refused(client.infer("slow", api.slow_inputs(), client_timeout=0.2), TOO_LATE)
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


@case("stream_infer: several requests, answered in their order")
async def _():
    async with connect() as client:
        seen = [pair async for pair in client.stream_infer(requests(range(1, 11)))]
    equal([result.get_response().id for result, _ in seen], [str(rows) for rows in range(1, 11)], "the ids")
    for rows, (result, error) in enumerate(seen, start=1):
        equal(error, None, "the error")
        check_simple(result, rows)


@case("stream_infer: an error is told, and the stream goes on")
async def _():
    async with connect() as client:
        asked = requests([1, 2, 3], models=["simple", "nope", "simple"])
        seen = [error async for _, error in client.stream_infer(asked)]
    equal([error is None for error in seen], [True, False, True], "which were answered")
    matches(str(seen[1]), "Request for unknown model: 'nope' is not found")


@case("stream_infer: cancelled, and a new one works")
async def _():
    async with connect() as client:
        answers = client.stream_infer(requests([1], models=["slow"], inputs=api.slow_inputs()))
        waiting = asyncio.ensure_future(answers.__anext__())
        await asyncio.sleep(SECONDS_UNTIL_SENT)
        equal(answers.cancel(), True, "what cancel answers")
        [outcome] = await asyncio.gather(waiting, return_exceptions=True)
        holds(isinstance(outcome, BaseException), f"the stream was not cancelled: {outcome!r}")
        [(result, error)] = [pair async for pair in client.stream_infer(requests([1]))]
    equal(error, None, "the error")
    check_simple(result)


@case("index, unload and load")
async def _():
    async with connect() as client:
        await client.unload_model("fragile")
        await client.load_model("fragile")
        index = await client.get_model_repository_index()
    equal({each.name: each.state for each in index.models}["fragile"], "READY", "the state after load")


@case("model configuration")
async def _():
    async with connect() as client:
        equal((await client.get_model_config("simple")).config.name, "simple")


@case("statistics")
async def _():
    async with connect() as client:
        told = await client.get_inference_statistics("simple")
    equal([each.name for each in told.model_stats], ["simple"])


async def requests(rows, models=None, inputs=None):
    for at, count in enumerate(rows):
        yield {
            "model_name": models[at] if models else "simple",
            "inputs": inputs or api.simple_inputs(count),
            "request_id": str(count),
        }


async def refused(call, status, pattern=""):
    try:
        answer = await call
    except InferenceServerException as error:
        allowed = [f"StatusCode.{each}" for each in ([status] if isinstance(status, str) else status)]
        holds(error.status() in allowed, f"the status: expected {' or '.join(allowed)}, got {error.status()}")
        matches(error.message(), pattern, "the text of the error")
    else:
        raise AssertionError(f"the call was not refused; it answered {answer}")
