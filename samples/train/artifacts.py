"""Where the samples live, and how the scripts write them."""

import hashlib
import json
import re
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent
DATA = SAMPLES / "data"
ACCURACY = Path(__file__).resolve().parent / "accuracy.json"
EXPECTED = SAMPLES / "expected.json"


def update_json(path, entries):
    """Puts `entries` into the JSON object at `path`; entries of other scripts stay as they are."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known.update(entries)
    text = json.dumps(dict(sorted(known.items())), indent=2)
    # A list of plain values reads better on one line.
    text = re.sub(
        r"\[[^][{}]*\]",
        lambda found: re.sub(r"\s+", " ", found[0]).replace("[ ", "[").replace(" ]", "]"),
        text,
    )
    path.write_text(text + "\n")


def write_request(name, tensor, datatype, values, per_line):
    """Writes a V2 inference request of one tensor, `per_line` numbers to a line for the eye."""
    numbers = [f"{value:g}" for value in values.ravel().tolist()]
    width = max(map(len, numbers))
    lines = [
        ", ".join(number.rjust(width) for number in numbers[start : start + per_line])
        for start in range(0, len(numbers), per_line)
    ]
    head = f'"name": "{tensor}", "datatype": "{datatype}", "shape": {list(values.shape)}'
    data = ",\n".join(lines)
    (SAMPLES / name).write_text(f'{{"inputs": [{{{head}, "data": [\n{data}\n]}}]}}\n')


def expect(request, model, source, labels, outputs, **more):
    """Enters in expected.json what a request shows (`labels`) and what the engine that ran it here answered.

    `outputs` are (name, datatype, array) by the model file's own names; the first is the labels themselves or
    their probabilities. Refuses a request that the model misreads.
    """
    first = outputs[0][2]
    read = (first if first.ndim == 1 else first.argmax(axis=1)).tolist()
    if read != labels:
        raise SystemExit(f"{request} shows {labels}, but {model} reads {read}.")
    answers = [
        {
            "name": name,
            "datatype": datatype,
            "shape": list(array.shape),
            "data": [round(value, 6) for value in array.ravel().tolist()],
        }
        for name, datatype, array in outputs
    ]
    entry = {"model": model, "version": "1", "source": source, "labels": labels, **more, "outputs": answers}
    update_json(EXPECTED, {request: entry})


def describe_file(path):
    """What identifies a finished file: the accuracy beside it is that of exactly these bytes."""
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def score(labels, answers):
    """How many of the answers are right."""
    correct = int((labels == answers).sum())
    return {"total": len(labels), "correct": correct, "accuracy": round(correct / len(labels), 4)}
