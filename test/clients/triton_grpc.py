"""tritonclient.grpc."""

import grpc
import numpy as np
import tritonclient.grpc as triton
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tritonclient.grpc import service_pb2, service_pb2_grpc

from harness import case, equal, holds, matches, server
from triton_base import LONG_ITERATIONS, TOO_LATE, check_simple, Collected, ones, tens
from triton_cases import register_all
from triton_grpc_api import Grpc
from versions import versions_of

CLIENT = "tritonclient.grpc"


def versions():
    return versions_of("tritonclient", "grpcio", "grpcio-health-checking", "protobuf")


api = Grpc()
register_all(api)


@case("readiness of an unknown model is NOT_FOUND")
def _():
    with api.connect() as client:
        api.refused(lambda: client.is_model_ready("nope"), 404, "NOT_FOUND", "unknown model: 'nope'")


@case("grpc.health.v1: the server and the service are SERVING")
def _():
    with grpc.insecure_channel(server.grpc) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        for service in ("", "inference.GRPCInferenceService"):
            status = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=30).status
            equal(status, health_pb2.HealthCheckResponse.SERVING, f"the status of {service!r}")


@case("typed contents in the place of raw ones")
def _():
    request = service_pb2.ModelInferRequest(model_name="simple")
    for name, array in (("INPUT0", tens()), ("INPUT1", ones())):
        tensor = request.inputs.add(name=name, datatype="INT32", shape=[1, 16])
        tensor.contents.int_contents.extend(array.flatten().tolist())
    with grpc.insecure_channel(server.grpc) as channel:
        answer = service_pb2_grpc.GRPCInferenceServiceStub(channel).ModelInfer(request, timeout=30)
    equal(list(answer.outputs[0].contents.int_contents), (tens() + ones()).flatten().tolist())


@case("message compressed with gzip")
def _():
    check_compressed("gzip")


@case("message compressed with deflate")
def _():
    check_compressed("deflate")


@case("keepalive pings every 100 ms, also while nothing is asked")
def _():
    options = triton.KeepAliveOptions(
        keepalive_time_ms=100,
        keepalive_timeout_ms=10_000,
        keepalive_permit_without_calls=True,
        http2_max_pings_without_data=0,
    )
    with api.connect(keepalive_options=options) as client:
        check_simple(client.infer("simple", api.simple_inputs()))
        client.infer("slow", api.slow_inputs())
        check_simple(client.infer("simple", api.simple_inputs()))


@case("channel arguments of the caller")
def _():
    arguments = [("grpc.max_receive_message_length", -1), ("grpc.primary_user_agent", "conformance")]
    with api.connect(channel_args=arguments) as client:
        check_simple(client.infer("simple", api.simple_inputs()))


@case("async_infer: many at a time")
def _():
    with api.connect() as client:
        answers = Collected()
        for rows in range(1, 17):
            client.async_infer("simple", api.simple_inputs(rows), answers, request_id=str(rows))
        for result, error in answers.wait_for(16):
            equal(error, None, "the error")
            check_simple(result, int(result.get_response().id))


@case("async_infer: cancelled while it runs, the next one works")
def _():
    with api.connect() as client:
        answers = Collected()
        call = client.async_infer("slow", api.slow_inputs(), answers)
        call.cancel()
        [(result, error)] = answers.wait_for(1)
        equal(result, None, "the result")
        matches(str(error), "(?i)cancel")
        check_simple(client.infer("simple", api.simple_inputs()))


@case("async_infer: a client timeout is DEADLINE_EXCEEDED or refused at once")
def _():
    with api.connect() as client:
        answers = Collected()
        client.async_infer("slow", api.slow_inputs(), answers, client_timeout=0.2)
        [(_, error)] = answers.wait_for(1)
        holds(str(error.status()) in [f"StatusCode.{each}" for each in TOO_LATE], f"the status: {error.status()}")


@case("stream: several requests, answered in their order")
def _():
    with api.connect() as client:
        answers = streamed(client, [("simple", api.simple_inputs(rows), str(rows)) for rows in range(1, 11)])
    ids = [result.get_response().id for result, _ in answers]
    equal(ids, [str(rows) for rows in range(1, 11)], "the ids")
    for rows, (result, error) in enumerate(answers, start=1):
        equal(error, None, "the error")
        check_simple(result, rows)


@case("stream: a slow request first does not change the order")
def _():
    with api.connect() as client:
        requests = [("slow", api.slow_inputs(LONG_ITERATIONS // 4), "slow"), ("simple", api.simple_inputs(), "quick")]
        answers = streamed(client, requests)
    equal([result.get_response().id for result, _ in answers], ["slow", "quick"], "the ids")


@case("stream: strings")
def _():
    words = np.array([b"seven", "칠".encode()], dtype=np.object_)
    with api.connect() as client:
        [(result, error)] = streamed(client, [("identity_bytes", [api.input("input", words)], "1")])
    equal(error, None, "the error")
    equal(result.as_numpy("output").tolist(), words.tolist())


@case("stream: an error is told, and the stream goes on")
def _():
    with api.connect() as client:
        requests = [(model, api.simple_inputs(), model) for model in ("simple", "nope", "simple")]
        answers = streamed(client, requests)
    equal([error is None for _, error in answers], [True, False, True], "which were answered")
    matches(str(answers[1][1]), "Request for unknown model: 'nope' is not found")


@case("stream: with triton_grpc_error the first error ends it, with its status")
def _():
    with api.connect() as client:
        answers = Collected()
        client.start_stream(answers, headers={"triton_grpc_error": "true"})
        client.async_stream_infer("nope", api.simple_inputs())
        [(result, error)] = answers.wait_for(1)
        client.stop_stream(cancel_requests=True)
    equal((result, str(error.status())), (None, "StatusCode.NOT_FOUND"))


@case("stream: stream_timeout ends it with DEADLINE_EXCEEDED")
def _():
    with api.connect() as client:
        answers = Collected()
        client.start_stream(answers, stream_timeout=0.2)
        client.async_stream_infer("slow", api.slow_inputs())
        [(_, error)] = answers.wait_for(1)
        client.stop_stream(cancel_requests=True)
        equal(str(error.status()), "StatusCode.DEADLINE_EXCEEDED")


@case("stream: cancelled with its requests, and a new one works")
def _():
    with api.connect() as client:
        answers = Collected()
        client.start_stream(answers)
        client.async_stream_infer("slow", api.slow_inputs())
        client.stop_stream(cancel_requests=True)
        [(_, error)] = answers.wait_for(1)
        matches(str(error), "(?i)cancel")
        [(result, error)] = streamed(client, [("simple", api.simple_inputs(), "1")])
        equal(error, None, "the error")
        check_simple(result)


@case("stream: every answer is marked as the final one of its request")
def _():
    with api.connect() as client:
        answers = streamed(client, [("simple", api.simple_inputs(), "1")], enable_empty_final_response=True)
    [(result, error)] = answers
    equal(error, None, "the error")
    equal(result.get_response().parameters["triton_final_response"].bool_param, True, "triton_final_response")


@case("stream: compressed with gzip")
def _():
    with api.connect() as client:
        answers = Collected()
        client.start_stream(answers, compression_algorithm="gzip")
        client.async_stream_infer("simple", api.simple_inputs(200))
        [(result, error)] = answers.wait_for(1)
        client.stop_stream()
    equal(error, None, "the error")
    check_simple(result, 200)


def check_compressed(algorithm):
    with api.connect() as client:
        check_simple(client.infer("simple", api.simple_inputs(200), compression_algorithm=algorithm), 200)


def streamed(client, requests, **options):
    """Sends (model, inputs, id) over one stream and answers what came back when the stream has ended."""
    answers = Collected()
    client.start_stream(answers)
    for model, inputs, request_id in requests:
        client.async_stream_infer(model, inputs, request_id=request_id, **options)
    client.stop_stream()
    holds(len(answers.items) == len(requests), f"{len(requests)} requests had the answers {answers.items}")
    return answers.items
