#!/usr/bin/env python3
"""Run a text file of commands and compare what each prints: run_cli.py HUTCH FILE...

A file holds prose, and blocks that are indented by two spaces:

  $ hutch powder convert a.xy b.xye
  expected output, standard error behind standard output
  [2]

A command runs in /bin/sh, in a scratch folder that all commands of the file share; $DATA is the folder `data`
beside the file. `[N]` is the expected exit status; without it, 0 is expected. In expected output, `...` stands for
any text within a line, and a line of `...` alone for any number of lines.
"""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

STATUS = re.compile(r"\[(\d+)\]")


def read_cases(path):
    """Return [line number, command, expected lines] for each `$` line."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("  $ "):
            cases.append([number, line[4:], []])
        elif line.startswith("  ") and cases:
            cases[-1][2].append(line[2:])
    return cases


def to_pattern(lines):
    pattern = ""
    for line in lines:
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.split("...")) + r"\n"
    return re.compile(pattern)


def run(command, folder, environment):
    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=environment, capture_output=True, timeout=120,
                          stdin=subprocess.DEVNULL, check=False)
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    return [line.rstrip() for line in text.splitlines()] + ([f"[{done.returncode}]"] if done.returncode else [])


def check_file(path, hutch):
    cases = read_cases(path)
    findings = [] if cases else [f"{path}:1: has no '  $ ' line; expected at least one command"]
    environment = dict(os.environ, PATH=f"{hutch.parent}:{os.environ['PATH']}", DATA=str(path.parent.resolve() / "data"),
                       LC_ALL="C.UTF-8")
    with tempfile.TemporaryDirectory() as folder:
        for number, command, expected in cases:
            found = run(command, folder, environment)
            says_status = bool(expected and STATUS.fullmatch(expected[-1]))
            fails = bool(found and STATUS.fullmatch(found[-1]))
            text = "".join(line + "\n" for line in found)
            if fails == says_status and to_pattern(expected).fullmatch(text):
                continue
            difference = "\n".join(difflib.unified_diff(expected, found, "expected", "found", lineterm="", n=1))
            findings.append(f"{path}:{number}: 'hutch' printed something else; expected what stands there: {command}\n{difference}")
    return findings


def main():
    hutch = pathlib.Path(sys.argv[1]).resolve()
    findings = [finding for name in sys.argv[2:] for finding in check_file(pathlib.Path(name), hutch)]
    print("\n".join(findings) if findings else f"{len(sys.argv) - 2} files: as written")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
