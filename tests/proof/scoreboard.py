#!/usr/bin/env python3
"""Measure the assessor: defects put into clean sets are found and named, and clean sets are left in peace.

scoreboard.py HUTCH [--dozen] [--sets N] [--kinds ...] [--defects ...] [--severities ...] [--json FILE] [--folder FOLDER] [--jobs N]

A defect is found where a check that passed on the clean set fails on the defective one; it is named where one of these
checks is one of those that the injector says. A clean set gives a false alarm where any check fails. Exit status 0: at least
95 % found, 90 % named, and at most 2 % of the clean sets with a false alarm.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

try:
    import clean_sets
    from defects import ALL, SEVERITIES, NotApplicable
    from inject import inject
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)

DOZEN = ["bit_rot", "wrong_container", "ids_repeat", "unit_missing", "out_of_range", "empty_frames", "copies_across_splits",
         "group_in_two_splits", "label_misspelt", "energy_without_wavelength", "croissant_broken", "licence_in_words"]


@dataclasses.dataclass
class Answer:
    """What the assessor said of one folder."""
    level: int = -1
    states: dict = dataclasses.field(default_factory=dict)
    texts: dict = dataclasses.field(default_factory=dict)
    seconds: float = 0
    bytes: int = 0
    problem: str = ""

    def failing(self):
        return {c for c, state in self.states.items() if state == "fail"}


def assess(hutch, folder):
    size = sum(p.stat().st_size for p in pathlib.Path(folder).rglob("*") if p.is_file())
    begin = time.monotonic()
    done = subprocess.run([hutch, "assess", str(folder), "--python", sys.executable, "--json"], capture_output=True, text=True, check=False,
                          timeout=600)
    answer = Answer(seconds=time.monotonic() - begin, bytes=size)
    try:
        said = json.loads(done.stdout)
        answer.level = said["level"]
        answer.states = {c["id"]: c["state"] for c in said["checks"]}
        answer.texts = {c["id"]: c["text"] for c in said["checks"]}
    except (ValueError, KeyError) as problem:
        answer.problem = f"status {done.returncode}, {problem}: {(done.stderr or done.stdout)[-300:]}"
    return answer


@dataclasses.dataclass
class Case:
    kind: str
    defect: str
    severity: str
    answer: Answer
    newly: list              # checks that passed on the clean set and fail now
    found: bool
    named: bool
    before: int              # level of the clean set
    lacking: list            # expected checks that could not be made here (a program or module lacks), or failed before

    def counts(self):
        """Whether it says something about the assessor: one of the expected checks could be made here, and passed before."""
        return self.found or len(self.lacking) < len(ALL[self.defect].checks)


def try_defect(hutch, base, clean, kind, name, severity, scratch):
    """Return what the assessor made of one defect, or why the set cannot have it."""
    copy = pathlib.Path(scratch) / f"{kind}-{name}-{severity}"
    shutil.rmtree(copy, ignore_errors=True)
    try:
        inject(base, copy, name, severity)
        answer = assess(hutch, copy)
    except NotApplicable as reason:
        return str(reason)
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    passed = {c for c, state in clean.states.items() if state != "fail"}
    newly = sorted(answer.failing() & passed)
    lacking = [c for c in ALL[name].checks if clean.states.get(c) == "fail" or answer.states.get(c) in ("not_checked", None)]
    if answer.problem:
        lacking = []
    return Case(kind, name, severity, answer, newly, bool(newly), bool(set(newly) & set(ALL[name].checks)), clean.level, lacking)


def clean_alarms(hutch, kinds, count, scratch, pool):
    """Return answers on clean sets of all kinds by (kind, seed)."""
    def one(kind, seed):
        folder = pathlib.Path(scratch) / f"clean-{kind}-{seed}"
        problem = clean_sets.make(kind, folder, seed, hutch)
        answer = None if problem else assess(hutch, folder)
        shutil.rmtree(folder, ignore_errors=True)
        return answer or problem
    jobs = {(kind, seed): pool.submit(one, kind, seed) for seed in range(count) for kind in kinds}
    return {key: job.result() for key, job in jobs.items()}


def share(part, whole):
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def defect_table(cases):
    """Return a Markdown table, one line a defect."""
    lines = ["| defect | expected | " + " | ".join(SEVERITIES) + " | named by | level | seconds |",
             "| --- | --- |" + " --- |" * len(SEVERITIES) + " --- | --- | ---: |"]
    by_name = collections.defaultdict(list)
    for case in cases:
        by_name[case.defect].append(case)
    for name, mine in by_name.items():
        cells = []
        for severity in SEVERITIES:
            these = [c for c in mine if c.severity == severity]
            found, named = sum(c.found for c in these), sum(c.named for c in these)
            cells.append(f"{found}/{len(these)}" + (f", named {named}" if named != found else "") if these else "")
        named_by = collections.Counter(c for case in mine for c in case.newly)
        levels = sorted({f"{c.before}→{c.answer.level}" for c in mine})
        seconds = sum(c.answer.seconds for c in mine) / len(mine)
        lines.append(f"| {name} | {' '.join(ALL[name].checks)} | {' | '.join(cells)} | "
                     f"{' '.join(c for c, _ in named_by.most_common(5))} | {' '.join(levels)} | {seconds:.2f} |")
    return lines


def summary(all_cases, clean):
    cases = [c for c in all_cases if c.counts()]
    found, named = sum(c.found for c in cases), sum(c.named for c in cases)
    alarms = [key for key, answer in clean.items() if isinstance(answer, Answer) and (answer.failing() or answer.problem)]
    assessed = [answer for answer in clean.values() if isinstance(answer, Answer)]
    lowered = sum(c.answer.level < c.before for c in cases if c.before > 0)
    seconds = sum(a.seconds for a in [*assessed, *(c.answer for c in cases)])
    size = sum(a.bytes for a in [*assessed, *(c.answer for c in cases)])
    crashes = sum(bool(c.answer.problem) for c in cases)
    levels = collections.Counter(a.level for a in assessed)
    lines = [f"found {share(found, len(cases))}, right check named {share(named, len(cases))}",
             f"clean sets with a false alarm: {share(len(alarms), len(assessed))}; levels of clean sets: "
             + (", ".join(f"{level}: {n}" for level, n in sorted(levels.items())) or "none"),
             f"level lower than that of the clean set: {share(lowered, sum(c.before > 0 for c in cases))}",
             f"no answer at all: {crashes}; {seconds:.0f} s for {size / 1e6:.0f} MB, {seconds / size * 1e9:.0f} s per GB"
             if size else "nothing was assessed"]
    if len(cases) < len(all_cases):
        names = sorted({c.defect for c in all_cases if not c.counts()})
        lines.append(f"left out of these numbers, since the expected checks cannot be made here or fail on the clean set: {', '.join(names)} "
                     f"({len(all_cases) - len(cases)} cases)")
    good = bool(cases) and found >= 0.95 * len(cases) and named >= 0.9 * len(cases) and not crashes \
        and len(alarms) <= 0.02 * len(assessed)
    return lines, good


def to_record(case):
    return {"kind": case.kind, "defect": case.defect, "severity": case.severity, "found": case.found, "named": case.named,
            "expected": list(ALL[case.defect].checks), "newly": case.newly, "before": case.before, "level": case.answer.level,
            "seconds": round(case.answer.seconds, 3), "problem": case.answer.problem,
            "states": {c: case.answer.states.get(c) for c in ALL[case.defect].checks},
            "texts": {c: case.answer.texts.get(c) for c in [*ALL[case.defect].checks, *case.newly]}}


def tell(case):
    """Print a case that was not found, or not named, as soon as it is known."""
    if case.named or not case.counts():
        return
    what = case.answer.problem or ("found by " + " ".join(case.newly) if case.found else "missed")
    said = "; ".join(f"{c} {case.answer.states.get(c)}: {case.answer.texts.get(c, '')}" for c in ALL[case.defect].checks)
    print(f"{case.defect}, {case.severity}, {case.kind}: {what}; {said}", flush=True)


def run(asked, scratch):
    cases, left_out = [], []
    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        clean = clean_alarms(asked.hutch, asked.kinds, asked.sets, scratch, pool)
        for (kind, seed), answer in clean.items():
            if isinstance(answer, str):
                left_out.append(f"{kind}: {answer}")
            elif answer.failing() or answer.problem:
                print(f"false alarm: {kind} of seed {seed}: {answer.problem} "
                      + "; ".join(f"{c}: {answer.texts[c]}" for c in sorted(answer.failing())), flush=True)
        jobs = []
        for kind in asked.kinds:
            base = scratch / f"base-{kind}"
            if clean_sets.make(kind, base, asked.seed, asked.hutch):
                continue
            before = assess(asked.hutch, base)
            jobs += [pool.submit(try_defect, asked.hutch, base, before, kind, name, severity, scratch)
                     for name in asked.defects for severity in asked.severities]
        for job in concurrent.futures.as_completed(jobs):
            if isinstance(job.result(), Case):
                cases.append(job.result())
                tell(cases[-1])
    cases.sort(key=lambda c: (c.defect, c.kind, SEVERITIES.index(c.severity)))
    for line in sorted(set(left_out)):
        print("left out: " + line)
    return clean, cases


def report(asked, clean, cases):
    print("\n".join(defect_table(cases)))
    lines, good = summary(cases, clean)
    print("\n" + "\n".join(lines))
    never = [name for name in asked.defects if name not in {c.defect for c in cases}]
    if never:
        print("applicable to no set here: " + ", ".join(never))
    if asked.json:
        pathlib.Path(asked.json).write_text(json.dumps({
            "clean": [{"kind": k, "seed": s, "level": a.level, "seconds": round(a.seconds, 3), "failing": sorted(a.failing()),
                       "states": a.states} for (k, s), a in clean.items() if isinstance(a, Answer)],
            "cases": [to_record(c) for c in cases]}, indent=1))
    return 0 if good else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hutch")
    parser.add_argument("--sets", type=int, default=20, help="clean sets of each kind")
    parser.add_argument("--kinds", nargs="+", default=list(clean_sets.KINDS), choices=list(clean_sets.KINDS))
    parser.add_argument("--defects", nargs="+", default=list(ALL), choices=list(ALL), metavar="DEFECT")
    parser.add_argument("--severities", nargs="+", default=list(SEVERITIES), choices=SEVERITIES)
    parser.add_argument("--seed", type=int, default=2, help="of the clean sets that defects are put into")
    parser.add_argument("--json")
    parser.add_argument("--folder", type=pathlib.Path, help="for the sets; default: a temporary one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--dozen", action="store_true", help="a dozen severe defects and one clean set of three kinds, in seconds")
    asked = parser.parse_args()
    if asked.dozen:
        asked.kinds, asked.sets, asked.severities, asked.defects = ["images", "table", "lines"], 1, ["severe"], DOZEN
    with tempfile.TemporaryDirectory(dir=asked.folder) as scratch:
        clean, cases = run(asked, pathlib.Path(scratch))
        return report(asked, clean, cases)


if __name__ == "__main__":
    sys.exit(main())
