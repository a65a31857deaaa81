#!/usr/bin/env python3
"""Put the rules that AIDRIN and FAIRSCAPE publish to the same defective sets: side_by_side.py [HUTCH] [--ours FILE] ...

The rules are stated anew here, from
  AIDRIN     idtlab/AIDRIN, commit a23e233c, aidrin/structured_data_metrics: completeness.py, duplicity.py, outliers.py,
             class_imbalance.py, correlation_score.py, FAIRness_datacite.py; aidrin/file_handling/readers
  FAIRSCAPE  fairscape/fairscape_models, commit ed558b87, fairscape_models/conversion/mapping/AIReady.py

Both give scores and no verdict. To their favour a defect counts as found where any score is worse than that of the clean set
by what a reader of the printed number would see (0.01; 0.1 for the degree of imbalance; a correlation with the label that
comes above 0.95), where an item is no longer there, or where the data cannot be read. `--ours` is what scoreboard.py --json
wrote; it must be of the same kinds, defects and severities.
"""
import argparse
import collections
import json
import pathlib
import re
import shutil
import sys
import tempfile

try:
    import numpy

    import clean_sets
    from dataset_folder import DatasetFolder
    from defects import ALL, SEVERITIES, NotApplicable, class_label
    from inject import inject
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)


# ---- AIDRIN -----------------------------------------------------------------------------------------------------------

DATACITE_ITEMS = ["identifier", "creators", "titles", "publisher", "publicationYear", "subjects", "alternateIdentifiers",
                  "relatedIdentifiers", "descriptions", "schemaVersion", "contributors", "geoLocations", "dates", "language",
                  "sizes", "formats", "version", "rightsList", "fundingReferences"]


def columns_of(table):
    """Return numeric and text columns; an array counts as one numeric column of all its values."""
    numbers, texts = {}, {}
    for name in table.parts[0].columns:
        values = table.get(name)
        if values.dtype.kind in "fiu":
            numbers[name] = values.reshape(len(values), -1).astype(float)
            continue
        if values.dtype.kind == "S":
            texts[name] = numpy.array([v.decode() for v in values], dtype=object)
            continue
        try:  # a table reader makes a column numeric where every value is one
            numbers[name] = numpy.array([float("nan") if v in ("", None) else float(v) for v in values])[:, None]
        except (TypeError, ValueError):
            texts[name] = values
    return numbers, texts


def completeness(numbers, texts):
    scores, whole = {}, None
    for name, values in [*numbers.items(), *texts.items()]:
        missing = numpy.isnan(values).any(axis=1) if name in numbers else numpy.array([v in ("", None) for v in values])
        whole = missing if whole is None else whole | missing
        scores["completeness of " + name] = 1 - missing.mean()
    scores["overall completeness"] = 1 - whole.mean()
    return scores


def duplicity(numbers, texts):
    rows = zip(*[[v.tobytes() for v in values] for values in numbers.values()], *texts.values())
    seen = collections.Counter(rows)
    return {"duplicity": 1 - len(seen) / sum(seen.values())}


def outliers(numbers):
    scores, whole = {}, None
    for values in numbers.values():  # rows with a missing number are dropped before
        good = ~numpy.isnan(values).any(axis=1)
        whole = good if whole is None else whole & good
    for name, values in numbers.items():
        flat = values[whole].reshape(-1)
        if len(flat):
            low, high = numpy.quantile(flat, [0.25, 0.75])
            reach = 1.5 * (high - low)
            scores["outliers of " + name] = float(((flat < low - reach) | (flat > high + reach)).mean())
    return scores


def imbalance_degree(labels):
    """Return the imbalance degree with Euclidean distance (Ortigosa-Hernandez, Inza and Lozano 2017)."""
    _, counts = numpy.unique(labels, return_counts=True)
    shares, k = counts / counts.sum(), len(counts)
    minority = int((shares < 1 / k).sum())
    worst = numpy.concatenate([numpy.zeros(minority), numpy.full(k - minority - 1, 1 / k), [(minority + 1) / k]])
    distance = numpy.linalg.norm(worst - 1 / k)
    return numpy.linalg.norm(shares - 1 / k) / distance + minority - 1 if distance else 0.0


def correlations(numbers, labels):
    code = numpy.unique(labels, return_inverse=True)[1].astype(float)
    scores = {}
    for name, values in numbers.items():
        if values.shape[1] == 1:
            good = numpy.isfinite(values[:, 0])
            x = values[good, 0]
            if good.sum() > 2 and x.std() > 0 and code[good].std() > 0:
                scores["correlation of " + name] = abs(float(numpy.corrcoef(x, code[good])[0, 1]))
    return scores


def aidrin(path):
    """Return all scores of a folder, or None where AIDRIN could read nothing of it."""
    try:
        folder = DatasetFolder(path)
        table = folder.table
        numbers, texts = columns_of(table)
        label = class_label(table)
        labels = numpy.array(table.texts(label))
        numbers.pop(label, None)
        scores = {**completeness(numbers, texts), **duplicity(numbers, texts), **outliers(numbers),
                  "imbalance": imbalance_degree(labels), **correlations(numbers, labels)}
    except Exception:  # whatever stops the reader stops the person who uses it
        return None
    xml = folder.path / "datacite.xml"
    text = xml.read_text() if xml.is_file() else ""
    scores["FAIR items"] = sum(f"<{item}" in text for item in DATACITE_ITEMS)
    return scores


def is_worse(name, before, now):
    if name.startswith(("completeness", "overall")):
        return now < before - 0.01
    if name == "FAIR items":
        return now < before
    if name.startswith("correlation"):
        return now > 0.95 >= before
    return now > before + (0.1 if name == "imbalance" else 0.01)


def aidrin_finds(before, path):
    now = aidrin(path)
    return now is None or any(name not in now or is_worse(name, score, now[name]) for name, score in before.items())


# ---- FAIRSCAPE --------------------------------------------------------------------------------------------------------

def crate_of(path):
    """Return root and graph of an RO-Crate that says what Croissant, provenance and dictionary say."""
    path = pathlib.Path(path)
    croissant = json.loads((path / "croissant.json").read_text())
    prov = json.loads((path / "provenance.json").read_text())
    dictionary = json.loads((path / "dictionary.json").read_text())
    identifier = ""
    if (path / "datacite.xml").is_file():
        found = re.search(r"<identifier[^>]*>([^<]*)<", (path / "datacite.xml").read_text())
        identifier = found[1] if found else ""
    root = {**croissant, "@id": croissant.get("url", ""), "identifier": identifier, "author": croissant.get("creator")}
    graph = [root]
    for entry in croissant.get("distribution", []):
        graph.append({"@type": "Dataset", "format": entry.get("encodingFormat", ""), "sha256": entry.get("sha256"),
                      "contentSize": re.sub(r"(\d+) B", lambda m: f"{int(m[1]) / 1e6} MB", entry.get("contentSize", ""))})
    graph += [{"@type": "Computation"} for _ in prov.get("activity", {})]
    graph += [{"@type": "Software"} for a in prov.get("agent", {}).values() if "Software" in a.get("prov:type", "")]
    graph += [{"@type": "Schema"} for _ in dictionary["tables"]]
    return root, graph


def fairscape(path):
    """Return which of the sub-criteria have content; those that always have are left out."""
    try:
        root, graph = crate_of(path)
    except (OSError, ValueError, KeyError):
        return None
    said = lambda *keys: any(str(root.get(key) or "").strip() for key in keys)
    count = lambda kind: sum(kind in e.get("@type", "") for e in graph[1:])
    return {
        "findable": said("identifier", "@id"), "reusable": said("license"), "transparent": count("Dataset") > 0,
        "traceable": count("Computation") > 0, "interpretable": count("Software") > 0,
        "key actors identified": said("author", "publisher", "principalInvestigator"),
        "statistics": any(re.search("[MGT]B", e.get("contentSize", "")) for e in graph[1:]), "standards": count("Schema") > 0,
        "potential sources of bias": said("rai:dataBiases"), "data quality": said("rai:dataCollectionMissingData"),
        "fit for purpose": said("rai:dataUseCases", "rai:dataLimitations"),
        "verifiable": any(e.get("sha256") or e.get("md5") for e in graph[1:]),
        "ethically acquired": said("rai:dataCollection", "humanSubjectResearch"),
        "ethically managed": said("ethicalReview", "dataGovernanceCommittee"),
        "ethically disseminated": said("license", "rai:personalSensitiveInformation", "prohibitedUses"),
        "secure": said("confidentialityLevel"), "domain appropriate": said("rai:dataReleaseMaintenancePlan"),
        "well governed": said("dataGovernanceCommittee"), "standardized": any(e.get("format") for e in graph[1:]),
        "computationally accessible": said("publisher")}


def fairscape_finds(before, path):
    now = fairscape(path)
    return now is None or any(had and not now[name] for name, had in before.items())


# ---- the table --------------------------------------------------------------------------------------------------------

def run(asked, scratch):
    """Return (kind, defect, severity) -> (found by AIDRIN, by FAIRSCAPE)."""
    found = {}
    for kind in asked.kinds:
        base = scratch / f"base-{kind}"
        problem = clean_sets.make(kind, base, asked.seed, asked.hutch)
        if problem:
            print(f"left out: {kind}: {problem}")
            continue
        scores, items = aidrin(base), fairscape(base)
        for name in asked.defects:
            for severity in asked.severities:
                copy = scratch / "copy"
                shutil.rmtree(copy, ignore_errors=True)
                try:
                    inject(base, copy, name, severity)
                except NotApplicable:
                    continue
                found[kind, name, severity] = (aidrin_finds(scores, copy), fairscape_finds(items, copy))
    return found


def cell(flags):
    return f"{sum(flags)}/{len(flags)}" if flags else ""


def print_table(found, ours):
    print("| defect | Hutch | AIDRIN | FAIRSCAPE |\n| --- | ---: | ---: | ---: |")
    names = list(dict.fromkeys(name for _, name, _ in found))
    for name in names:
        mine = [key for key in found if key[1] == name]
        print(f"| {name} | {cell([ours[k] for k in mine if k in ours])} | {cell([found[k][0] for k in mine])} | "
              f"{cell([found[k][1] for k in mine])} |")
    total = [[ours[k] for k in found if k in ours], [f[0] for f in found.values()], [f[1] for f in found.values()]]
    shares = [f"{cell(t)} ({100 * sum(t) / len(t):.0f} %)" if t else "" for t in total]
    print(f"| all | {' | '.join(shares)} |")
    kinds = [[any(ours.get(k) for k in found if k[1] == name) for name in names]] + \
        [[any(found[k][i] for k in found if k[1] == name) for name in names] for i in (0, 1)]
    print(f"| kinds of defects found at least once | {' | '.join(cell(k) if ours or i else '' for i, k in enumerate(kinds))} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("hutch", nargs="?")
    parser.add_argument("--ours", type=pathlib.Path)
    parser.add_argument("--kinds", nargs="+", default=list(clean_sets.KINDS), choices=list(clean_sets.KINDS))
    parser.add_argument("--defects", nargs="+", default=list(ALL), choices=list(ALL), metavar="DEFECT")
    parser.add_argument("--severities", nargs="+", default=list(SEVERITIES), choices=SEVERITIES)
    parser.add_argument("--seed", type=int, default=2)
    asked = parser.parse_args()
    ours = {}
    if asked.ours:
        ours = {(c["kind"], c["defect"], c["severity"]): c["found"] for c in json.loads(asked.ours.read_text())["cases"]}
    with tempfile.TemporaryDirectory() as scratch:
        found = run(asked, pathlib.Path(scratch))
    print_table(found, ours)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
