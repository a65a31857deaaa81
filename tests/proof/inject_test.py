#!/usr/bin/env python3
"""Check the injector itself: the defect is there, documents agree, nothing else moved: inject_test.py [HUTCH] [--all]"""
import argparse
import filecmp
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import clean_sets
    from defects import ALL, SEVERITIES, NotApplicable
    from inject import inject
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)

DOCUMENTS = {"provenance.json", "dictionary.json", "datacite.xml", "card.md", "card.html", "croissant.json",
             "checksums.sha256", "manifest.json", "recipe.yaml"}
BREAKS_SUMS = {"shard_missing", "bit_rot", "checksums_stale"}


def changed(base, copy):
    """Return the names of files that differ, or are in one of the folders only."""
    names = {p.relative_to(root).as_posix() for root in (base, copy) for p in root.rglob("*") if p.is_file()}
    return {n for n in names if not ((base / n).is_file() and (copy / n).is_file()
                                     and filecmp.cmp(base / n, copy / n, shallow=False))}


def problem_of(base, copy, found):
    """Return what is wrong with an injected copy, or an empty text."""
    names = changed(base, copy)
    if not names:
        return "nothing was changed"
    sums = subprocess.run(["sha256sum", "--quiet", "--check", "checksums.sha256"], cwd=copy, capture_output=True, check=False)
    if bool(sums.returncode) != (found.name in BREAKS_SUMS):
        return "checksums " + ("disagree" if sums.returncode else "agree although they should not")
    data = names - DOCUMENTS
    if found.inject.__module__ == "defects_in_documents" and data and not found.name.startswith(("personal", "licence")):
        return f"a defect of documents changed {sorted(data)}"
    manifest = json.loads((copy / "manifest.json").read_text())
    listed = {e["path"] for e in manifest["files"]}
    if found.name not in ("leftover_files", "shard_missing") and any(not (copy / n).is_file() for n in listed):
        return "a listed file is not there"
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hutch", nargs="?")
    parser.add_argument("--kinds", nargs="+", default=list(clean_sets.KINDS))
    parser.add_argument("--all", action="store_true", help="all severities, and say what is not applicable")
    asked = parser.parse_args()
    failures, done, kinds_of = [], 0, {name: [] for name in ALL}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for kind in asked.kinds:
            base = scratch / kind
            problem = clean_sets.make(kind, base, 2, asked.hutch)
            if problem or not (base / "dictionary.json").is_file():
                print(f"{kind}: left out: {problem or 'no dictionary'}")
                continue
            for name, found in ALL.items():
                for severity in SEVERITIES if asked.all else SEVERITIES[2:]:
                    copy = scratch / f"{kind}-{name}-{severity}"
                    try:
                        inject(base, copy, name, severity)
                        problem = problem_of(base, copy, found)
                        done += 1
                        kinds_of[name].append(kind)
                    except NotApplicable as reason:
                        problem = ""
                        if asked.all:
                            print(f"{kind}, {name}, {severity}: not applicable: {reason}")
                    if problem:
                        failures.append(f"{kind}, {name}, {severity}: {problem}")
                    subprocess.run(["rm", "-rf", copy], check=True)
    nowhere = [name for name, kinds in kinds_of.items() if not kinds]
    print("\n".join(failures))
    print(f"{done} injections, {len(failures)} wrong; applicable nowhere: {', '.join(nowhere) or 'none'}")
    return 1 if failures or not done else 0


if __name__ == "__main__":
    sys.exit(main())
