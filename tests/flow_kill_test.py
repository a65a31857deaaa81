#!/usr/bin/env python3
"""Kill runs of a flow at random instants: flow_kill_test.py HUTCH KILLS

After each kill, every record in a journal must name files that are whole, and every file among the results must be one
of a record. Now and then, and at the end, the run must come to the bytes of a run that nobody disturbed.
"""
import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

FLOW = r"""
flow: kills
steps:
  write:
    step: text.write
    for: {n: {from: 1, to: 12}}
    parameters: {text: "number ${n}"}
  grow:
    step: program.run
    inputs: {in: "${write.out}"}
    parameters:
      command: [sh, -c, "for i in 1 2 3 4 5 6 7 8; do cat '{in.0}' >> part-1; done; cp part-1 part-2"]
  sum:
    step: program.run
    inputs: {in: "${grow.files[*]}"}
    outputs: [stdout]
    parameters: {command: [sh, -c, "cat \"$@\" | sort | uniq -c", sum, "{in.0}/part-1", "{in.5}/part-2", "{in.11}/part-2"]}
"""


def command(hutch, folder, out):
    return [hutch, "run", str(folder / "flow.yaml"), "--out", str(out), "--threads", "2"]


def sum_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def records_of(out):
    """Return the results that journals hold, each line checked against its checksum."""
    records = []
    for path in (out / ".flow/journal").glob("*.log"):
        for line in path.read_bytes().split(b"\n"):
            text = line[17:]
            if text and hashlib.sha256(text).hexdigest()[:16].encode() == line[:16]:
                record = json.loads(text)
                if "result" in record:
                    records.append(record)
    return records


def check(out):
    """Return what is wrong in a run folder, whenever its run was killed."""
    problems, known = [], set()
    if not (out / ".flow/journal").exists():
        return problems
    for record in records_of(out):
        for _, name, checksum, size, _ in record["files"]:
            path = out / ".flow/store" / record["folder"] / name
            if not path.exists() or path.stat().st_size != size or sum_of(path) != checksum:
                problems.append(f"recorded but not whole: {path}")
            known.add(checksum)
    for path in (out / "results").rglob("*"):
        if path.is_file() and not path.name.endswith((".csv", ".csv.part")) and sum_of(path) not in known:
            problems.append(f"shown but not recorded: {path}")
    return problems


def results_of(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in (out / "results").rglob("*") if path.is_file()}


def main():
    hutch, kills = sys.argv[1], int(sys.argv[2])
    rng = random.Random(kills)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "flow.yaml").write_text(FLOW)
        start = time.monotonic()
        subprocess.run(command(hutch, folder, folder / "whole"), check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - start
        expected = results_of(folder / "whole")
        assert len(expected) == 12 + 24 + 1 + 3, sorted(expected)  # texts, parts, the sum and three tables
        out, problems, done, finished, half = folder / "out", [], 0, 0, 0
        while done < kills:
            process = subprocess.Popen(command(hutch, folder, out), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                process.wait(rng.uniform(0, seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                done += 1
            error = process.communicate()[1].decode()
            if process.returncode not in (0, -9):
                problems.append(f"status {process.returncode}: {error}")
            problems += check(out)
            if process.returncode == 0:
                finished += 1
                if results_of(out) != expected:
                    problems.append("another result than that of an undisturbed run")
                shutil.rmtree(out)
            elif 0 < len(records_of(out)) < 25:
                half += 1
            if problems:
                break
        if not problems:
            subprocess.run(command(hutch, folder, out), check=True, stdout=subprocess.DEVNULL)
            if results_of(out) != expected:
                problems.append("another result than that of an undisturbed run")
        print("\n".join(problems))
        print(f"{done} kills, {half} of them with some results safe and others not; {finished} runs came to their end between them; {len(problems)} problems")
        return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
