#!/usr/bin/env python3
"""Check the JSON Schema of every step with another program's validator: schema_test.py HUTCH

Each schema must be valid against the meta-schema of draft 2020-12; the defaults must fit it; and for values near the
rules (below, at and above each end of a range, other types, unknown names) the validator and hutch must judge alike.
"""
import importlib.metadata
import json
import math
import subprocess
import sys

try:
    import jsonschema
    Validator = jsonschema.Draft202012Validator
except (ImportError, AttributeError) as problem:
    print(f"SKIPPED: {problem}; expected jsonschema 4 for {sys.executable}")
    sys.exit(77)


def output_of(*words):
    return subprocess.run([sys.argv[1], *words], check=True, capture_output=True, text=True).stdout


def candidates(schema):
    """Return values that are worth a judgement, for a single value's schema."""
    found = [True, "", "no such word", 1.5, -1, 0, 1, [], None]
    found += schema.get("enum", [])
    for end in (schema.get("minimum"), schema.get("maximum")):
        if end is not None:
            found += [end, end - 1, end + 1]
    return found


def as_words(name, value):
    """Return how the command line is told a single number, text or choice; None where it cannot be."""
    if value is None or isinstance(value, (bool, list)) or value == "":
        return None
    return [f"--{name.replace('_', '-')}={value}"]


def is_taken(step, words):
    """Return whether hutch takes a parameter: it then complains of nothing, or of something else."""
    done = subprocess.run([sys.argv[1], *step.split("."), *words, "--json"], capture_output=True, text=True, check=False)
    message = json.loads(done.stderr)["error"]["message"] if done.returncode else ""
    name = words[-1].split("=")[0][2:].replace("-", "_")
    return not message.startswith(f"'{name}' is")


def check_parameter(step, name, schema, stop, problems):
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not set(types) & {"number", "integer", "string"}:
        return 0
    judged = 0
    for value in candidates(schema):
        words = as_words(name, value)
        if words is None:
            continue
        text_of_number = isinstance(value, (int, float)) and "string" in types
        seen = str(value) if text_of_number else value
        judged += 1
        if Validator(schema).is_valid(seen) != is_taken(step, [*stop, *words]):
            problems.append(f"{step}: {name} = {value!r}: schema says {Validator(schema).is_valid(seen)}, hutch does not")
    return judged


def check_step(step, problems):
    schema = json.loads(output_of("step", "schema", step))
    Validator.check_schema(schema)
    parameters = schema["properties"]["parameters"]
    defaults = {name: one["default"] for name, one in parameters["properties"].items() if "default" in one}
    needed = {name for name in parameters["required"]}
    assert needed.isdisjoint(defaults), needed
    call = {"parameters": defaults}
    for kind in ("inputs", "outputs"):
        ports = schema["properties"][kind]
        call[kind] = {name: ["file"] if ports["properties"][name]["type"] == "array" else "file" for name in ports["required"]}
    if not needed:
        Validator(schema).validate(call)
    assert not Validator(schema).is_valid({**call, "parameters": {**defaults, "no_such_name": 1}})
    assert not Validator(schema).is_valid({**call, "more": 1})
    for name, value in defaults.items():
        assert value is None or not isinstance(value, float) or math.isfinite(value), (name, value)
    # Parameters are read before ports, and a port that is missing or cannot be keeps hutch from running.
    outputs = schema["properties"]["outputs"]["properties"]
    stop = []
    if not call["inputs"] and not call["outputs"]:
        stop = [f"--{name.replace('_', '-')}=/nowhere/at/all" for name, one in outputs.items() if one["x-format"] != "folder"]
        if not stop:
            return 0
    return sum(check_parameter(step, name, one, stop, problems) for name, one in parameters["properties"].items())


def main():
    steps = [one["name"] for one in json.loads(output_of("step", "list", "--json"))]
    problems = []
    judged = sum(check_step(step, problems) for step in steps)
    print(f"{len(steps)} steps: schemas are valid, {judged} values judged alike by jsonschema {importlib.metadata.version('jsonschema')} and hutch; "
          f"{len(problems)} problems")
    for problem in problems:
        print("  " + problem)
    return 1 if problems or judged < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
