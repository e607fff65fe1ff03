"""Sequences, ensembles, kept answers and batches, with either of Triton's clients."""

import threading

import numpy as np

from harness import case, equal, holds, same_array
from triton_base import tens

DECAY = np.float32(0.7)


def decayed(rows):
    """What the model `decay` makes of a sequence of rows."""
    state = np.zeros(2, dtype=np.float32)
    for row in rows:
        state = (row + DECAY * state).astype(np.float32)
        yield state.reshape(1, 2)


def register_scheduling(api):
    def rows_of(seed, count):
        random = np.random.default_rng(seed)
        return [random.random(2, dtype=np.float32) for _ in range(count)]

    def step(client, row, **where):
        inputs = [api.input("x", row.reshape(1, 2))]
        return client.infer("decay", inputs, outputs=[api.output("y")], **where).as_numpy("y")

    @case("sequence: each answer depends on those before")
    def _():
        rows = rows_of(1, 5)
        with api.connect() as client:
            for at, (row, expected) in enumerate(zip(rows, decayed(rows))):
                got = step(client, row, sequence_id=11, sequence_start=at == 0, sequence_end=at == 4)
                same_array(got, expected, f"answer {at}")

    @case("sequences side by side, with numbers and texts for names")
    def _():
        names = [21, 22, "a text"]
        rows = {name: rows_of(seed, 4) for seed, name in enumerate(names)}
        expected = {name: list(decayed(rows[name])) for name in names}
        with api.connect() as client:
            for at in range(4):
                for name in names:
                    where = {"sequence_id": name, "sequence_start": at == 0, "sequence_end": at == 3}
                    same_array(step(client, rows[name][at], **where), expected[name][at], f"{name!r}, answer {at}")

    @case("error: a sequence that was not started")
    def _():
        text = "inference request for sequence 31 to model 'decay' must specify the START flag"
        with api.connect() as client:
            api.refused(lambda: step(client, rows_of(1, 1)[0], sequence_id=31), 400, "INVALID_ARGUMENT", text)

    @case("error: no sequence for a model that serves nothing else")
    def _():
        text = "must specify a non-zero or non-empty correlation ID"
        with api.connect() as client:
            api.refused(lambda: step(client, rows_of(1, 1)[0]), 400, "INVALID_ARGUMENT", text)

    @case("ensemble: two runs for one request")
    def _():
        with api.connect() as client:
            answer = client.infer("twice", [api.input("IN", tens())])
        same_array(answer.as_numpy("OUT"), 3 * tens(), "OUT")

    @case("kept answers are the same and are counted")
    def _():
        values = np.random.default_rng(7).random((2, 3), dtype=np.float32)
        with api.connect() as client:
            before = stats_of(client, "kept")
            for _ in range(3):
                same_array(client.infer("kept", [api.input("input", values)]).as_numpy("output"), values, "output")
            after = stats_of(client, "kept")
        hits = count(after, "cache_hit") - count(before, "cache_hit")
        holds(hits >= 2, f"at least two of three are kept answers, but {hits} were")

    @case("requests at the same time get their own rows")
    def _():
        answers = {}

        def ask(number):
            values = np.full((1 + number % 3, 4), number, dtype=np.float32)
            with api.connect() as client:
                for _ in range(10):
                    got = client.infer("identity_fp32", [api.input("input", values)]).as_numpy("output")
                    answers.setdefault(number, []).append(np.array_equal(got, values))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        equal({number: each.count(True) for number, each in answers.items()}, {number: 10 for number in range(8)})

    def stats_of(client, model):
        return api.told(client.get_inference_statistics, model)["model_stats"][0]["inference_stats"]

    def count(stats, name):
        return int(stats.get(name, {}).get("count", 0))
