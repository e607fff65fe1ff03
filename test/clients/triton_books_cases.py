"""Statistics, trace and log settings, with either of Triton's clients."""

import numpy as np

from harness import case, equal
from triton_base import eventually


def register_statistics(api):
    @case("statistics count exactly what was sent")
    def _():
        sent = 5
        inputs = [api.input("input", np.ones(1, dtype=np.float32))]
        with api.connect() as client:
            before = statistics_of(client, "counted")
            for _ in range(sent):
                client.infer("counted", inputs)
            # The answer leaves before the books are closed.
            after = eventually(lambda: grown(client, before, sent), f"{sent} more successes", 50)
        rise = {key: after[key] - before[key] for key in after}
        wanted = {key: sent for key in rise} | {"fail": 0}
        equal(rise, wanted, "the rise of the counts")
        equal(after["queue"], after["success"], "queue.count beside success.count")

    @case("statistics count a failed run as a failure")
    def _():
        with api.connect() as client:
            before = statistics_of(client, "failing")
            inputs = [api.input("index", np.array([7], dtype=np.int64))]
            api.refused(lambda: client.infer("failing", inputs), 500, "INTERNAL")
            after = eventually(
                lambda: next((s for s in [statistics_of(client, "failing")] if s["fail"] > before["fail"]), None),
                "one more failure",
                50,
            )
        equal((after["fail"] - before["fail"], after["success"] - before["success"]), (1, 0), "failures and successes")

    @case("statistics of all models at once")
    def _():
        with api.connect() as client:
            told = api.told(client.get_inference_statistics)["model_stats"]
        names = {(each["name"], each["version"]) for each in told}
        wanted = {("simple", "1"), ("versioned", "1"), ("versioned", "2")}
        equal(wanted - names, set(), "versions without statistics")

    @case("statistics of an unknown model are refused")
    def _():
        with api.connect() as client:
            call = lambda: client.get_inference_statistics("nope")  # noqa: E731
            # Triton's own answer is 400 here, and 404 wherever else a model is unknown.
            api.refused(call, (400, 404), ("INVALID_ARGUMENT", "NOT_FOUND"), "'nope'")

    def statistics_of(client, name):
        told = api.told(client.get_inference_statistics, name)["model_stats"]
        equal([(each["name"], each["version"]) for each in told], [(name, "1")], "the statistics asked for")
        return counts(told[0])

    def grown(client, before, sent):
        now = statistics_of(client, "counted")
        return now if now["success"] >= before["success"] + sent else None


def counts(statistics):
    """The counts of one model's statistics, as numbers."""
    inference = statistics.get("inference_stats", {})
    named = {
        key: int(inference.get(key, {}).get("count", 0))
        for key in ("success", "fail", "queue", "compute_input", "compute_infer", "compute_output")
    }
    return named | {
        "inferences": int(statistics.get("inference_count", 0)),
        "executions": int(statistics.get("execution_count", 0)),
    }


def register_settings(api):
    @case("trace settings: read, changed for all, and set back")
    def _():
        with api.connect() as client:
            before = api.trace(api.told(client.get_trace_settings))
            equal({"trace_level", "trace_rate", "trace_count", "log_frequency"} - set(before), set(), "missing")
            changed = api.trace(update_trace(client, {"trace_rate": "7"}))
            equal(changed["trace_rate"], "7", "trace_rate")
            cleared = api.trace(update_trace(client, {"trace_rate": None}))
            equal(cleared["trace_rate"], before["trace_rate"], "trace_rate after clearing")

    @case("trace settings: changed for one model only")
    def _():
        with api.connect() as client:
            before = api.trace(api.told(client.get_trace_settings))
            try:
                update_trace(client, {"trace_rate": "9"}, "simple")
                of_model = api.trace(api.told(client.get_trace_settings, "simple"))
                equal(of_model["trace_rate"], "9", "trace_rate of the model")
                equal(api.trace(api.told(client.get_trace_settings)), before, "the settings of all")
            finally:
                update_trace(client, {"trace_rate": None}, "simple")

    @case("trace settings: a level that does not exist is refused")
    def _():
        with api.connect() as client:
            call = lambda: update_trace(client, {"trace_level": ["LOUD"]})  # noqa: E731
            api.refused(call, 400, "INVALID_ARGUMENT", "LOUD")

    @case("log settings: read and changed")
    def _():
        with api.connect() as client:
            before = api.logging(api.told(client.get_log_settings))
            wanted = {"log_file", "log_info", "log_warning", "log_error", "log_verbose_level", "log_format"}
            equal(wanted - set(before), set(), "settings that are missing")
            try:
                changed = api.logging(api.told(client.update_log_settings, {"log_verbose_level": 1}))
                equal(int(changed["log_verbose_level"]), 1, "log_verbose_level")
            finally:
                client.update_log_settings({"log_verbose_level": before["log_verbose_level"]})

    @case("log settings: one that does not exist is refused")
    def _():
        with api.connect() as client:
            call = lambda: client.update_log_settings({"log_colour": True})  # noqa: E731
            api.refused(call, 400, "INVALID_ARGUMENT", "log_colour")

    def update_trace(client, settings, model=None):
        return api.told(client.update_trace_settings, model, settings)
