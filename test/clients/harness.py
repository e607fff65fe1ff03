"""Named cases: what every client's file is made of."""

import math
import re

CASES = []


class Server:
    """Where the server under test is; filled in before a client's file is loaded."""

    http = ""
    grpc = ""
    models = ""
    """The folder of its model files."""
    samples = ""
    perf_analyzer = ""
    perf_analyzer_missing = ""
    """Why there is no perf_analyzer, if there is none."""


server = Server()


class Skip(Exception):
    """Ends a case that cannot be run here; its text says why."""


def case(name):
    """Makes a function, plain or async, a case of the client whose file is being loaded."""

    def register(function):
        if any(name == other for other, _ in CASES):
            raise ValueError(f"two cases are called {name!r}")
        CASES.append((name, function))
        return function

    return register


def equal(seen, expected, what="the answer"):
    if not seen == expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {seen!r}")


def same_array(seen, expected, what="the tensor"):
    """Shape, datatype and every element, bit for bit but for NaN."""
    if seen is None:
        raise AssertionError(f"{what} is missing from the answer")
    equal((seen.shape, str(seen.dtype)), (expected.shape, str(expected.dtype)), f"shape and type of {what}")
    for at, (one, other) in enumerate(zip(seen.flatten().tolist(), expected.flatten().tolist())):
        is_same = one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))
        if not is_same:
            raise AssertionError(f"element {at} of {what}: expected {other!r}, got {one!r}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


def matches(text, pattern, what="the text"):
    if not re.search(pattern, text):
        raise AssertionError(f"{what}: expected /{pattern}/, got {text!r}")
