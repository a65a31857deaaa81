#!/usr/bin/env python3
"""Feed the command line 100 mutated CIF files and 100 mutated recipes: mutate_test.py HUTCH [--show]

Each must be taken, or refused with a documented status and one message that names the file, the item, its value and
the rule. Never a signal, never the status of a bug.
"""
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import small_library

FAULTS = {2, 3, 4, 5, 6, 7, 8}
PIECES = ["'", '"', ";", "_", "#", "?", "-", "1e99", "0", "nan", "-1", "loop_", "\n", ":", "{", "}", "[", "]", ",",
          "\t", "\u00e9", "data_", "Xx", "99999999999", ".5", "(", "&a ", "*a", "!!x ", "- "]


def mutate(text, rng):
    """Return the text after one to three edits: a line goes or comes twice, a piece is cut, put in or replaced."""
    for _ in range(rng.randint(1, 3)):
        lines = text.split("\n")
        line, at = rng.randrange(len(lines)), rng.randrange(len(text) + 1)
        kind = rng.randrange(6)
        if kind == 0 and len(lines) > 1:
            del lines[line]
            text = "\n".join(lines)
        elif kind == 1:
            lines.insert(line, lines[line])
            text = "\n".join(lines)
        elif kind == 2:
            text = text[:at] + text[at + rng.randint(1, 12):]
        elif kind == 3:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        else:
            words = list(re.finditer(r"[^\s,{}\[\]]+", text)) or [re.match("", text)]
            word = rng.choice(words)
            text = text[:word.start()] + rng.choice(PIECES) + text[word.end():]
    return text


def judge(done, path):
    """Return (what is wrong, whether the message has item, value and rule)."""
    message = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == 0:
        return ("", True) if not message else (f"status 0 with a message: {message}", False)
    if done.returncode not in FAULTS:
        return f"status {done.returncode}: {message}", False
    if "\n" in message or not message.startswith("hutch: "):
        return f"not one message: {message}", False
    if path.name not in message:
        return f"does not name the file: {message}", False
    has_item = re.search(r"'[^']+' |document ", message) is not None
    return "", has_item and "expected" in message


def run_all(name, cases, command, folder, show):
    problems, refused, good = [], 0, 0
    for number, text in enumerate(cases):
        path = folder / f"mutant{number}.{'cif' if name == 'CIF files' else 'yaml'}"
        path.write_text(text, encoding="utf-8")
        done = subprocess.run(command(path, number), capture_output=True, timeout=60, check=False)
        problem, is_good = judge(done, path)
        if problem:
            problems.append(f"{path.name}: {problem}")
        if done.returncode:
            refused += 1
            good += is_good
            if show or (not is_good and not problem):
                print("  ", done.stderr.decode("utf-8", "replace").strip().replace(str(folder) + "/", ""))
    share = good / max(1, refused)
    print(f"{name}: {len(cases)} mutants, {refused} refused, {good} with item, value and rule; {len(problems)} problems")
    for problem in problems:
        print("  " + problem)
    return not problems, share


def main():
    hutch, show = sys.argv[1], "--show" in sys.argv
    rng = random.Random(20261122)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small_library.write_library(folder)
        cifs = [mutate(small_library.cif_text(one), rng) for one in ["silicon", "quartz", "halite", "corundum"] * 25]
        recipes = [mutate(small_library.recipe_text(points=128), rng) for _ in range(100)]
        simulate = [hutch, "powder", "simulate", "--two-theta", "20:60:0.1", "--structure"]
        fine, share = run_all("CIF files", cifs, lambda path, number: [*simulate, str(path)], folder, show)
        build = [hutch, "dataset", "build", "--records", "8", "--threads", "1"]
        also, all_recipes = run_all("recipes", recipes,
                                    lambda path, number: [*build, str(path), "--out", str(folder / f"out{number}")], folder, show)
        return 0 if fine and also and share >= 0.95 and all_recipes == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
