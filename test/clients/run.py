"""Runs the cases of one client: python run.py MODULE --http HOST:PORT --grpc HOST:PORT ... (see main.ts)."""

import argparse
import asyncio
import importlib
import inspect
import json
import os
import signal
import sys
import traceback

import harness

SECONDS_FOR_A_CASE = 60


def main():
    options = read_options()
    for name in ("http", "grpc", "models", "samples", "perf_analyzer", "perf_analyzer_missing"):
        setattr(harness.server, name, getattr(options, name))
    # kserve reads the command line when it is imported, and ends the process over what it does not know.
    del sys.argv[1:]
    module = importlib.import_module(options.module)
    cases = [(name, run) for name, run in harness.CASES if options.word in name]
    with open(options.results, "w", encoding="utf-8") as results:
        plan = {
            "client": module.CLIENT,
            "versions": module.versions(),
            "cases": [name for name, _ in cases],
        }
        write_line(results, plan)
        outcomes = [run_case(results, name, run) for name, run in cases]
    # Clients that hang in their own clean-up must not keep the results from being read.
    sys.stdout.flush()
    os._exit(1 if "fail" in outcomes else 0)


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("module")
    for name in ("http", "grpc", "models", "samples", "results"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--perf-analyzer", default="")
    parser.add_argument("--perf-analyzer-missing", default="")
    parser.add_argument("--word", default="")
    return parser.parse_args()


def run_case(results, name, run):
    outcome, reason = judge(run)
    print(f"  {outcome.upper()} {name}" + (f"\n       {reason}" if reason else ""), flush=True)
    write_line(results, {"name": name, "outcome": outcome, "reason": reason})
    return outcome


def judge(run):
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(SECONDS_FOR_A_CASE)
    try:
        if inspect.iscoroutinefunction(run):
            asyncio.run(run())
        else:
            run()
        return "pass", ""
    except harness.Skip as skip:
        return "skip", str(skip)
    except Exception as error:  # whatever a client raises is a result
        return "fail", f"{place_of(error)}: {text_of(error)}"
    finally:
        signal.alarm(0)


def on_alarm(*_):
    # Not heard inside gevent, on which tritonclient.http stands; its calls have a timeout of their own.
    raise TimeoutError(f"not done within {SECONDS_FOR_A_CASE} seconds")


def text_of(error):
    kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
    return f"{kind}{error}".strip()


def place_of(error):
    """The innermost line of these files, where the reader will look first."""
    here = os.path.dirname(os.path.abspath(__file__))
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.dirname(frame.filename) == here and not frame.filename.endswith(("harness.py", "run.py"))
    ]
    return f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "before the case"


def write_line(file, value):
    file.write(json.dumps(value) + "\n")
    file.flush()


if __name__ == "__main__":
    main()
