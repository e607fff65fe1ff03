"""Shared memory, with either of Triton's clients."""

import uuid
from contextlib import contextmanager

import numpy as np
import tritonclient.utils.shared_memory as shm
from tritonclient.utils import InferenceServerException

from harness import case, equal, holds, matches, same_array
from triton_base import check_simple, ones, tens, texts

BYTES_PER_TENSOR = 16 * 4
"""Of a tensor of `simple`."""


@contextmanager
def region(size):
    """A region of shared memory with a name of its own, which goes at the end."""
    name = f"furiosa-{uuid.uuid4().hex[:12]}"
    handle = shm.create_shared_memory_region(name, f"/{name}", size)
    try:
        yield name, handle
    finally:
        shm.destroy_shared_memory_region(handle)


def register_shared_memory(api):
    @case("system shared memory: register, list, unregister")
    def _():
        with api.connect() as client, region(256) as (name, _):
            with registered(client, name, 128, offset=64):
                equal(api.regions(client, name), {name: (64, 128)}, "the region")
            holds(name not in api.regions(client), "the region is listed although it was unregistered")

    @case("system shared memory: inputs and outputs")
    def _():
        with api.connect() as client, region(4 * BYTES_PER_TENSOR) as (name, handle):
            shm.set_shared_memory_region(handle, [tens(), ones()])
            with registered(client, name, 4 * BYTES_PER_TENSOR):
                inputs = [
                    input_in_memory("INPUT0", name, 0),
                    input_in_memory("INPUT1", name, BYTES_PER_TENSOR),
                ]
                outputs = [output_in_memory("OUTPUT0", name, 2), output_in_memory("OUTPUT1", name, 3)]
                result = client.infer("simple", inputs, outputs=outputs)
                for output in ("OUTPUT0", "OUTPUT1"):
                    equal(result.as_numpy(output) is None or result.as_numpy(output).size == 0, True, "no data inline")
            read = [
                shm.get_contents_as_numpy(handle, np.int32, [1, 16], offset * BYTES_PER_TENSOR) for offset in (2, 3)
            ]
            same_array(read[0], tens() + ones(), "OUTPUT0 in memory")
            same_array(read[1], tens() - ones(), "OUTPUT1 in memory")

    @case("system shared memory: one input in it, the other in the request")
    def _():
        with api.connect() as client, region(BYTES_PER_TENSOR) as (name, handle):
            shm.set_shared_memory_region(handle, [tens()])
            with registered(client, name, BYTES_PER_TENSOR):
                inputs = [input_in_memory("INPUT0", name, 0), api.input("INPUT1", ones())]
                check_simple(client.infer("simple", inputs))

    @case("system shared memory: strings")
    def _():
        words = np.array([b"seven", "칠".encode()], dtype=np.object_)
        with api.connect() as client, region(256) as (name, handle):
            # A BYTES tensor is written as it is on the wire: the length of each element before it.
            wire = b"".join(len(word).to_bytes(4, "little") + word for word in words.tolist())
            shm.set_shared_memory_region(handle, [np.frombuffer(wire, dtype=np.uint8)])
            with registered(client, name, 256):
                tensor = api.triton.InferInput("input", [2], "BYTES")
                tensor.set_shared_memory(name, len(wire))
                result = client.infer("identity_bytes", [tensor])
        equal(texts(result.as_numpy("output")), ["seven", "칠"])

    @case("system shared memory: an unknown region is refused")
    def _():
        with api.connect() as client:
            inputs = [input_in_memory("INPUT0", "no-such-region", 0), api.input("INPUT1", ones())]
            api.refused(lambda: client.infer("simple", inputs), 404, "NOT_FOUND", "no-such-region")

    @case("system shared memory: the same name twice is refused")
    def _():
        with api.connect() as client, region(64) as (name, _):
            with registered(client, name, 64):
                call = lambda: client.register_system_shared_memory(name, f"/{name}", 64)  # noqa: E731
                api.refused(call, 400, "ALREADY_EXISTS", name)

    @case("system shared memory: what is not there or too small is refused")
    def _():
        with api.connect() as client, region(64) as (name, _):
            missing = lambda: client.register_system_shared_memory("missing", "/furiosa-no-such", 64)  # noqa: E731
            api.refused(missing, (400, 404), ("INVALID_ARGUMENT", "NOT_FOUND"))
            beyond = lambda: client.register_system_shared_memory(name, f"/{name}", 2**20)  # noqa: E731
            api.refused(beyond, 400, "INVALID_ARGUMENT")

    @case("system shared memory: an output that does not fit is refused")
    def _():
        with api.connect() as client, region(8) as (name, _):
            with registered(client, name, 8):
                output = api.output("OUTPUT0")
                output.set_shared_memory(name, 8)
                try:
                    client.infer("simple", api.simple_inputs(), outputs=[output])
                except InferenceServerException as error:
                    matches(error.message(), "OUTPUT0|shared memory|bytes")
                else:
                    raise AssertionError("64 bytes went into a region of 8")

    @case("system shared memory: all regions unregistered at once")
    def _():
        with api.connect() as client, region(64) as (one, _), region(64) as (other, _):
            for name in (one, other):
                client.register_system_shared_memory(name, f"/{name}", 64)
            client.unregister_system_shared_memory()
            equal(api.regions(client), {}, "what is left")

    @case("CUDA shared memory: unregistering all of none is no error, and clients begin with it")
    def _():
        with api.connect() as client:
            client.unregister_cuda_shared_memory()

    @case("CUDA shared memory: a region is refused")
    def _():
        with api.connect() as client:
            try:
                client.register_cuda_shared_memory("cuda", b"0" * 64, 0, 64)
            except InferenceServerException as error:
                holds(error.message(), "the error has no text")
            else:
                raise AssertionError("a region was registered that cannot be used")

    @contextmanager
    def registered(client, name, size, offset=0):
        client.register_system_shared_memory(name, f"/{name}", size, offset=offset)
        try:
            yield
        finally:
            client.unregister_system_shared_memory(name)

    def input_in_memory(tensor_name, region_name, offset):
        tensor = api.triton.InferInput(tensor_name, [1, 16], "INT32")
        tensor.set_shared_memory(region_name, BYTES_PER_TENSOR, offset=offset)
        return tensor

    def output_in_memory(tensor_name, region_name, place):
        output = api.output(tensor_name)
        output.set_shared_memory(region_name, BYTES_PER_TENSOR, offset=place * BYTES_PER_TENSOR)
        return output
