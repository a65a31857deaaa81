#!/usr/bin/env python3
"""Assess a folder that has no dictionary as a user does: report by its schema, proposal, gate: assess_test.py HUTCH"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected jsonschema for {sys.executable}")
    sys.exit(77)

SCHEMAS = pathlib.Path(__file__).parents[1] / "schemas"


def assess(*words):
    return subprocess.run([sys.argv[1], "assess", *map(str, words), "--python", sys.executable], capture_output=True,
                          text=True, check=False)


def check_schema(text, name):
    schema = json.loads((SCHEMAS / name).read_text())
    jsonschema.Draft7Validator(schema).validate(json.loads(text))
    return json.loads(text)


def states(report):
    return {check["id"]: check["state"] for check in report["checks"]}


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "set"
        folder.mkdir()
        rows = "".join(f"{i},{300 + i},{'ab'[i % 2]}\n" for i in range(60))
        (folder / "samples.csv").write_text("id,temperature,label\n" + rows)
        report = check_schema(assess(folder, "--json").stdout, "assessment.schema.json")
        assert report["level"] == 0 and report["sides"]["metadata"] == 0 and not report["dataset"]["has_dictionary"]
        assert "C07" in report["blocking"]["metadata"], report
        assert len(report["checks"]) == 64 and states(report)["C16"] == "pass", states(report)

        proposal = folder.parent / "dictionary.json"
        made = assess(folder, "--proposal", proposal, "--html", folder.parent / "a.html", "--badge", folder.parent / "b.svg")
        assert made.returncode == 0, made.stderr
        dictionary = check_schema(proposal.read_text(), "dictionary.schema.json")
        assert {field["name"] for field in dictionary["tables"][0]["fields"]} == {"id", "temperature", "label"}
        assert "level 0" in (folder.parent / "b.svg").read_text() and "C07" in (folder.parent / "a.html").read_text()

        gated = assess(folder, "--gate", "2")
        assert gated.returncode == 4 and "has level 0; expected 2 or more" in gated.stderr, gated
        only = check_schema(assess(folder, "--checks", "C25", "--json").stdout, "assessment.schema.json")
        assert [check["id"] for check in only["checks"]] == ["C25"]
        (folder / "samples.csv").write_text("id,temperature,label\n" + rows + rows.splitlines()[3] + "\n")
        assert states(json.loads(assess(folder, "--json").stdout))["C09"] == "fail"
        wrong = assess(folder, "--checks", "C99")
        assert wrong.returncode == 2 and "'C99' is no check" in wrong.stderr, wrong.stderr
        nowhere = assess(folder / "nothing")
        assert nowhere.returncode == 3, nowhere
        assert "group leakage" in assess("--explain", "C27").stdout
    print("the report obeys its schema, the proposal that of dictionaries; the gate closes below its level")
    return 0


if __name__ == "__main__":
    sys.exit(main())
