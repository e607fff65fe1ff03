"""What grpcurl does: learns services and messages from the server alone, and calls with them."""

import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from harness import case, equal, holds, server
from versions import versions_of

CLIENT = "gRPC reflection, as grpcurl uses it"
SERVICE = "inference.GRPCInferenceService"


def versions():
    return versions_of("grpcio-reflection", "grpcio", "protobuf")


@case("lists the services")
def _():
    with channel() as to_server:
        services = set(ProtoReflectionDescriptorDatabase(to_server).get_services())
    wanted = {SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    equal(wanted - services, set(), "services that are missing")


@case("describes ModelInfer")
def _():
    with channel() as to_server:
        method = pool(to_server).FindServiceByName(SERVICE).FindMethodByName("ModelInfer")
        fields = {field.name: field.number for field in method.input_type.fields}
    equal(fields["raw_input_contents"], 7, "the number of raw_input_contents")


@case("describes every method that Triton's service has")
def _():
    wanted = {"ServerLive", "ServerReady", "ModelReady", "ServerMetadata", "ModelMetadata", "ModelInfer"}
    wanted |= {"ModelStreamInfer", "ModelConfig", "ModelStatistics", "TraceSetting", "LogSettings"}
    wanted |= {"RepositoryIndex", "RepositoryModelLoad", "RepositoryModelUnload"}
    wanted |= {f"SystemSharedMemory{what}" for what in ("Status", "Register", "Unregister")}
    with channel() as to_server:
        methods = {method.name for method in pool(to_server).FindServiceByName(SERVICE).methods}
    equal(wanted - methods, set(), "methods that are missing")


@case("calls ServerMetadata with what was described")
def _():
    equal(call("ServerMetadata").name, "furiosa-server")


@case("calls ModelInfer with what was described")
def _():
    tensors = [
        {"name": name, "datatype": "INT32", "shape": [1, 16], "contents": {"int_contents": [number] * 16}}
        for name, number in (("INPUT0", 5), ("INPUT1", 1))
    ]
    answer = call("ModelInfer", model_name="simple", inputs=tensors)
    equal([list(output.contents.int_contents) for output in answer.outputs], [[6] * 16, [4] * 16])


@case("an unknown symbol is told as such")
def _():
    request = reflection_pb2.ServerReflectionRequest(file_containing_symbol="inference.NoSuchThing")
    with channel() as to_server:
        stub = reflection_pb2_grpc.ServerReflectionStub(to_server)
        [answer] = stub.ServerReflectionInfo(iter([request]), timeout=30)
    equal(answer.error_response.error_code, grpc.StatusCode.NOT_FOUND.value[0], "the code")
    holds(answer.error_response.error_message, "the error has no text")


def channel():
    return grpc.insecure_channel(server.grpc)


def pool(to_server):
    return DescriptorPool(ProtoReflectionDescriptorDatabase(to_server))


def call(name, **fields):
    with channel() as to_server:
        method = pool(to_server).FindServiceByName(SERVICE).FindMethodByName(name)
        invoke = to_server.unary_unary(
            f"/{SERVICE}/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        return invoke(GetMessageClass(method.input_type)(**fields), timeout=30)
