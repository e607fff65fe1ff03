"""What the cases of Triton's clients are made of, over HTTP and gRPC alike."""

import json
import os
import threading
import time

import numpy as np
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from harness import holds, matches, same_array, server

SHORT_SECONDS = 0.3
LONG_ITERATIONS = 4000
"""For the model `slow`: about a second, or longer."""

TOO_LATE = ("DEADLINE_EXCEEDED", "UNAVAILABLE")
"""Of a call that has less time than its model needs: where the model is still busy for one before, it is refused at once."""

SECONDS_UNTIL_SENT = 0.1
"""Before a call is cancelled. Were it too short, the case would be easier and not wrong."""


class Api:
    """What a protocol's client does in its own way."""

    triton = None
    """Its module."""

    def connect(self):
        raise NotImplementedError

    def told(self, call, *arguments):
        """What a question about the server answers, as plain dictionaries."""
        raise NotImplementedError

    def index(self, client):
        raise NotImplementedError

    def config(self, client, model):
        raise NotImplementedError

    def trace(self, answer):
        raise NotImplementedError

    def logging(self, answer):
        raise NotImplementedError

    def regions(self, client, name=""):
        """Name to offset and size of what is registered."""
        raise NotImplementedError

    def refused(self, call, http, grpc, pattern=""):
        """Checks that the call raises with this status, or one of these, and with a text like the pattern."""
        try:
            answer = call()
        except InferenceServerException as error:
            allowed = {self.status(*each) for each in pairs(http, grpc)}
            holds(
                str(error.status()) in allowed,
                f"the status: expected {' or '.join(sorted(allowed))}, got {error.status()} ({error.message()!r})",
            )
            matches(error.message(), pattern, "the text of the error")
            return error
        raise AssertionError(f"the call was not refused; it answered {answer!r}")

    def status(self, http, grpc):
        raise NotImplementedError

    def input(self, name, array):
        tensor = self.triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
        return tensor.set_data_from_numpy(array)

    def output(self, name, **how):
        return self.triton.InferRequestedOutput(name, **how)

    def simple_inputs(self, rows=1):
        return [self.input("INPUT0", tens(rows)), self.input("INPUT1", ones(rows))]

    def slow_inputs(self, iterations=LONG_ITERATIONS):
        return [self.input("iterations", np.array([iterations], dtype=np.int64))]


def pairs(http, grpc):
    return zip(http, grpc) if isinstance(http, tuple) else [(http, grpc)]


def tens(rows=1):
    return (np.arange(rows * 16, dtype=np.int32) * 10).reshape(rows, 16)


def ones(rows=1):
    return np.ones((rows, 16), dtype=np.int32)


def check_simple(result, rows=1):
    same_array(result.as_numpy("OUTPUT0"), tens(rows) + ones(rows), "OUTPUT0")
    same_array(result.as_numpy("OUTPUT1"), tens(rows) - ones(rows), "OUTPUT1")


def ints(values):
    """protobuf's JSON has 64-bit integers as text."""
    return [int(value) for value in values]


def texts(array):
    return [value.decode() if isinstance(value, bytes) else value for value in array.flatten().tolist()]


def eventually(look, what, tries=200):
    """Looks until it sees something true; what never comes is a failure that shows what was seen last."""
    for _ in range(tries):
        seen = look()
        if seen:
            return seen
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come about; seen last: {seen!r}")


def digit_images():
    """The two pictures of the sample request: a two and a four."""
    with open(os.path.join(server.samples, "mnist_onnx_input.json"), encoding="utf-8") as file:
        image = json.load(file)["inputs"][0]
    return np.array(image["data"], dtype=np.float32).reshape(image["shape"])


class Collected:
    """What callbacks on other threads brought, in the order in which they came."""

    def __init__(self):
        self.items = []
        self._changed = threading.Condition()

    def __call__(self, result, error):
        with self._changed:
            self.items.append((result, error))
            self._changed.notify_all()

    def wait_for(self, count, seconds=30):
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.items) >= count, seconds)
        holds(came, f"{count} answers were expected; {len(self.items)} came: {self.items}")
        return self.items
