#!/usr/bin/env python3
"""Make data sets that an assessor has nothing to say against: clean_sets.py FOLDER [--hutch HUTCH] [--kinds ...] [--sets N]

Kinds: `simulated` (by `hutch dataset build`), `measured` (windows of real powder patterns, thinned), `images` (detector
frames), `table` (CSV) and `lines` (JSON Lines). A seed decides size, balance, ranges and form; same seed, same bytes.
"""
import argparse
import datetime
import os
import pathlib
import re
import shutil
import subprocess

import numpy

from dataset_folder import Part, write_csv, write_hdf5, write_jsonl
from documents import Facts, write_documents
from measured_patterns import measured_patterns

PANET = "http://purl.org/pan-science/PaNET/"
HC = 12398.41984  # eV angstrom; exact in the SI of 2019: h c / e
NOTES = {
    "use cases": "Training and testing of classifiers on the fields that the dictionary names.",
    "non-intended use": "Decisions on safety; reference values of any material.",
    "feedback": "Through the contact of the data set; answers and mended errors stand in the next version.",
    "limitations": "Few samples and instruments; what was learned here has to be tested again on others.",
    "biases": "Inorganic compounds of high symmetry are more frequent than among all known compounds.",
    "collection": "Made by a program from the inputs that the provenance lists.",
    "annotation": "Labels were given as the dictionary says for each field: by a program, or by two annotators and a rule.",
    "maintenance": "Errors reported through the contact lead to a new version; a version never changes.",
    "personal information": "None.",
    "missing data": "The dictionary says for each field which share may be missing, and why.",
    "social impact": "None is known.",
}
# Compound, formula, space group, cell a, c [angstrom], formula units a cell, crystal system; textbook values.
COMPOUNDS = [
    ("halite", "NaCl", 225, 5.6402, None, 4, "cubic"), ("sylvite", "KCl", 225, 6.2917, None, 4, "cubic"),
    ("periclase", "MgO", 225, 4.2117, None, 4, "cubic"), ("fluorite", "CaF2", 225, 5.4631, None, 4, "cubic"),
    ("silicon", "Si", 227, 5.4310, None, 8, "cubic"), ("germanium", "Ge", 227, 5.6579, None, 8, "cubic"),
    ("diamond", "C", 227, 3.5669, None, 8, "cubic"), ("gallium arsenide", "GaAs", 216, 5.6533, None, 4, "cubic"),
    ("sphalerite", "ZnS", 216, 5.4093, None, 4, "cubic"), ("copper", "Cu", 225, 3.6149, None, 4, "cubic"),
    ("nickel", "Ni", 225, 3.5238, None, 4, "cubic"), ("iron", "Fe", 229, 2.8665, None, 2, "cubic"),
    ("tungsten", "W", 229, 3.1652, None, 2, "cubic"), ("ceria", "CeO2", 225, 5.4116, None, 4, "cubic"),
    ("galena", "PbS", 225, 5.9362, None, 4, "cubic"), ("caesium chloride", "CsCl", 221, 4.1230, None, 1, "cubic"),
    ("strontium titanate", "SrTiO3", 221, 3.9050, None, 1, "cubic"), ("spinel", "MgAl2O4", 227, 8.0831, None, 8, "cubic"),
    ("rutile", "TiO2", 136, 4.5937, 2.9587, 2, "tetragonal"), ("cassiterite", "SnO2", 136, 4.7382, 3.1871, 2, "tetragonal"),
    ("zircon", "ZrSiO4", 141, 6.6070, 5.9820, 4, "tetragonal"), ("quartz", "SiO2", 154, 4.9134, 5.4052, 3, "trigonal"),
    ("corundum", "Al2O3", 167, 4.7591, 12.9918, 6, "trigonal"), ("haematite", "Fe2O3", 167, 5.0356, 13.7489, 6, "trigonal"),
    ("zincite", "ZnO", 186, 3.2498, 5.2066, 2, "hexagonal"), ("wurtzite", "CdS", 186, 4.1348, 6.7490, 2, "hexagonal"),
]
# Standard atomic weights, IUPAC 2021, abridged.
WEIGHTS = {"C": 12.011, "O": 15.999, "F": 18.998, "Na": 22.990, "Mg": 24.305, "Al": 26.982, "Si": 28.085, "S": 32.06,
           "Cl": 35.45, "K": 39.098, "Ca": 40.078, "Ti": 47.867, "Fe": 55.845, "Ni": 58.693, "Cu": 63.546, "Zn": 65.38,
           "Ga": 69.723, "Ge": 72.630, "As": 74.922, "Sr": 87.62, "Zr": 91.224, "Cd": 112.41, "Sn": 118.71, "Cs": 132.91,
           "Ce": 140.12, "W": 183.84, "Pb": 207.2}


def field(name, dtype, unit, description, role="other", **more):
    return {"name": name, "dtype": dtype, **({"shape": more.pop("shape")} if "shape" in more else {}),
            **({"unit": unit} if unit else {}), "description": description,
            **({"role": role} if role != "other" else {}), **more}


def density(formula, a, c, count, system):
    """Return the density [kg/m^3] from the cell."""
    mass, i = 0.0, 0
    while i < len(formula):
        j = i + 1 + (i + 1 < len(formula) and formula[i + 1].islower())
        k = j
        while k < len(formula) and formula[k].isdigit():
            k += 1
        mass += WEIGHTS[formula[i:j]] * int(formula[j:k] or 1)
        i = k
    volume = a ** 3 if system == "cubic" else a * a * c * (1 if system == "tetragonal" else numpy.sqrt(3) / 2)
    return 1660.539 * mass * count / volume  # 1 u / angstrom^3 = 1660.539 kg/m^3


def iso(start, seconds, zone="Z"):
    return (datetime.datetime.fromisoformat(start) + datetime.timedelta(seconds=float(seconds))).isoformat(
        timespec="seconds") + zone


def split_groups(groups, shares, rng, classes=None):
    """Return the split of each record; records of a group stay together, and sizes come as near as groups allow.

    Groups of each class are dealt in turn, so that no split lacks one.
    """
    names, index = numpy.unique(groups, return_inverse=True)
    counts = numpy.bincount(index)
    kind = numpy.zeros(len(names), int)
    if classes is not None:
        kind = numpy.rint(numpy.bincount(index, weights=classes) / counts).astype(int)
    wanted = numpy.array(list(shares.values()))
    of_group = numpy.zeros(len(names), int)
    for one in range(kind.max() + 1):
        mine = rng.permutation(numpy.flatnonzero(kind == one))
        filled = numpy.zeros(len(shares))
        for g in mine[numpy.argsort(-counts[mine], kind="stable")]:  # large groups first
            best = numpy.argmax(wanted * counts[mine].sum() - filled)
            of_group[g] = best
            filled[best] += counts[g]
    return numpy.array(list(shares))[of_group[index]]


class Builder:
    """Collects the columns of one table and writes files, dictionary and documents."""

    def __init__(self, folder, facts, form, seed):
        self.folder, self.facts, self.form, self.seed = pathlib.Path(folder), facts, form, seed
        self.fields, self.columns, self.shared, self.arrays = [], {}, [], {}
        self.physics, self.tasks, self.further = [], [], []

    def add(self, column, *about, **more):
        made = field(*about, **more)
        self.fields.append(made)
        self.columns[made["name"]] = column

    def add_shared(self, column, *about, **more):
        made = field(*about, **more)
        self.shared.append(made)
        self.arrays[made["name"]] = column

    def add_table(self, name, description, fields, columns):
        """Add a table in one CSV file that the records refer to."""
        self.further.append((name, description, fields, columns))

    def write(self, splits, group, label, shard_records=400, compression=None, single=False):
        self.folder.mkdir(parents=True)
        data_files, table_files = [], []
        endings = {"hdf5": "h5", "csv": "csv", "jsonl": "jsonl"}
        names = list(dict.fromkeys(splits))
        order = [n for n in ("train", "validation", "test") if n in names]
        if single:
            rows = numpy.arange(len(splits))
            data_files.append((f"records.{endings[self.form]}", "", len(rows)))
            table_files.append({"path": data_files[0][0]})
            self._write_rows(self.folder / data_files[0][0], rows, compression)
        else:
            (self.folder / "records").mkdir()
            for split in order:
                rows = numpy.flatnonzero(splits == split)
                for k, begin in enumerate(range(0, len(rows), shard_records)):
                    path = f"records/{split}-{k:05d}.{endings[self.form]}"
                    chunk = rows[begin:begin + shard_records]
                    self._write_rows(self.folder / path, chunk, compression)
                    data_files.append((path, split, len(chunk)))
                table_files.append({"path": f"records/{split}-*.{endings[self.form]}", "split": split})
        for name, _, _, columns in self.further:
            write_csv(Part(self.folder / f"{name}.csv", "", columns))
            data_files.append((f"{name}.csv", "", 0))
        self._describe(splits, order, group, label, data_files, table_files)

    def _write_rows(self, path, rows, compression):
        columns = {}
        for about in self.fields:
            values = self.columns[about["name"]]
            columns[about["name"]] = values[rows] if isinstance(values, numpy.ndarray) else [values[r] for r in rows]
        if self.form == "hdf5":
            rest = {"": {"attributes": {"dataset": self.facts.name, "version": self.facts.version}}}
            for about in self.fields + self.shared:
                attributes = {"long_name": about["description"]}
                if about.get("unit"):
                    attributes["units"] = about["unit"]
                is_big = len(about.get("shape", [])) > 0
                rest[about["name"]] = {"attributes": attributes, "compression": compression if is_big else None,
                                       "chunks": None}
                if about["name"] in self.arrays:
                    rest[about["name"]]["values"] = self.arrays[about["name"]]
            for about in self.fields:
                if about["dtype"].startswith("utf8"):
                    columns[about["name"]] = numpy.array([str(v).encode() for v in columns[about["name"]]])
            write_hdf5(Part(path, "", columns, rest))
        elif self.form == "csv":
            write_csv(Part(path, "", {k: ["" if v is None or v != v else v for v in c] for k, c in columns.items()}))
        else:
            write_jsonl(Part(path, "", columns))

    def _describe(self, splits, order, group, label, data_files, table_files):
        for about in self.fields:
            if about["dtype"] == "utf8[]":  # as long as the longest
                about["dtype"] = f"utf8[{max(len(str(v).encode()) for v in self.columns[about['name']])}]" \
                    if self.form == "hdf5" else "utf8"
        counts = {name: int((splits == name).sum()) for name in order}
        groups = {name: len({self.columns[group][r] for r in numpy.flatnonzero(splits == name)}) for name in order}
        classes = {name: {} for name in order}
        for value, split in zip(self.columns[label], splits):
            classes[split][str(value)] = classes[split].get(str(value), 0) + 1
        self.facts.classes = {label: classes}
        table = {"name": "records", "description": self.facts.description, "format": self.form, "files": table_files,
                 "records": len(splits), "fields": self.fields}
        if self.shared:
            table["shared"] = self.shared
        dictionary = {"name": self.facts.name, "version": self.facts.version, "description": self.facts.description,
                      "tasks": self.tasks, "splits": counts, "tables": [table]}
        for name, description, fields, columns in self.further:
            dictionary["tables"].append({"name": name, "description": description, "format": "csv",
                                         "files": [{"path": f"{name}.csv"}], "records": len(next(iter(columns.values()))),
                                         "fields": fields})
        if self.physics:
            dictionary["physics"] = self.physics
        dictionary["attestations"] = [{
            "check": "C61", "person": "Josiah Carberry", "orcid": self.facts.creator[2], "date": self.facts.date,
            "statement": "Intended use, limits and biases were read and found right."}]
        write_documents(self.folder, self.facts, dictionary, data_files, groups, self.seed)


# ---- windows of measured powder patterns ------------------------------------------------------------------------------

def measured(folder, seed, **_):
    """Windows of real patterns; counts are thinned, which leaves Poisson counts of a shorter exposure."""
    rng = numpy.random.default_rng([seed, 1])
    points = int(rng.choice([384, 448, 512]))
    exposures = [0.1, 0.05] if seed % 2 else [0.1]
    patterns = measured_patterns()
    rows = {name: [] for name in ["id", "intensity", "two_theta", "sample", "group", "formula", "temperature", "wavelength",
                                  "instrument", "time", "exposure", "crowded", "confidence"]}
    for pattern in patterns:
        for block, begin in windows(pattern, patterns, points):
            counts = pattern.counts[begin:begin + points]
            for exposure in exposures:
                peaks = count_peaks(counts * exposure)
                if counts.mean() * exposure < 2 or peaks < 2 or peaks in (4, 5):
                    continue  # one peak alone says too little, and four or five are neither few nor many
                rows["id"].append(f"{pattern.name}-w{block:04d}-e{exposure}")
                rows["intensity"].append(rng.binomial(counts, exposure))
                rows["two_theta"].append(pattern.two_theta[begin:begin + points])
                rows["sample"].append(pattern.sample)
                rows["group"].append(f"{pattern.sample}-{pattern.wavelength}-{block}")
                rows["formula"].append(pattern.formula)
                rows["temperature"].append(pattern.temperature)
                rows["wavelength"].append(pattern.wavelength)
                rows["instrument"].append(pattern.instrument)
                rows["time"].append(pattern.time)
                rows["exposure"].append(exposure)
                rows["crowded"].append(int(peaks > 5))
                rows["confidence"].append(float(1 - 0.5 * numpy.exp(-abs(peaks - 4.5))))
    keep = rng.permutation(len(rows["id"]))[:int(rng.integers(600, 1200))]  # not in the order of angles and patterns
    rows = {name: [values[i] for i in keep] for name, values in rows.items()}
    builder = Builder(folder, Facts(
        f"measured-windows-{seed}", "Windows of measured powder patterns with few and many Bragg peaks",
        f"Windows of {points} points of real powder diffraction patterns from synchrotron, laboratory and neutron instruments; "
        "counts are thinned to shorter exposures. The label says whether many Bragg peaks lie in the window.",
        ["powder diffraction", "peak search", "counting statistics"], PANET + "PaNET01101",
        sorted({p.source for p in patterns}),
        {**NOTES, "limitations": "Windows with one, four or five peaks, and those with hardly any counts, are left out."},
        licence="GPL-2.0-only" if any(p.source[1].startswith("GPL") for p in patterns) else "CC-BY-4.0"),
        "hdf5", seed)
    chains = numpy.unique(rows["group"], return_inverse=True)[1].astype("int32")
    builder.tasks = ["Tell whether a window of counts holds many Bragg peaks"]
    intensity = numpy.array(rows["intensity"], dtype=["int32", "uint32", "float32"][seed % 3])
    axis = numpy.array(rows["two_theta"])
    add = builder.add
    add(rows["id"], "id", "utf8[]", "", "pattern, window and exposure of the record", "id")
    add(intensity, "intensity", str(intensity.dtype), "count", "counts of the window", "feature", shape=[points],
        quantity="counts", origin="measured", least=0, most=float(10 ** numpy.ceil(numpy.log10(intensity.max()))),
        axis="two_theta")
    add(axis, "two_theta", "float64", "degree", "diffraction angle of each point", "axis", shape=[points],
        quantity="two_theta", origin="measured", least=0, most=180)
    add(rows["sample"], "sample", "utf8[]", "", "what was in the beam", origin="annotated")
    add(chains, "group", "int32", "1", "windows at one angle of one sample, at any temperature and exposure", "group", least=0,
        most=100000, origin="derived")
    add(rows["formula"], "formula", "utf8[]", "", "main phase", vocabulary="formula", origin="annotated")
    add(numpy.array(rows["temperature"], "float32"), "temperature", "float32", "K", "of the sample",
        quantity="temperature", origin="measured", least=1, most=400, missing=0.2,
        missing_because="not written down for the round-robin patterns")
    add(numpy.array(rows["wavelength"], "float64"), "wavelength", "float64", "angstrom", "of the strongest line",
        quantity="wavelength", origin="measured", least=0.1, most=3)
    add(rows["instrument"], "instrument", "utf8[]", "", "where it was measured", values=sorted(set(rows["instrument"])),
        origin="measured")
    add(rows["time"], "time", "utf8[]", "", "start of the pattern", "time", vocabulary="iso_date", origin="measured",
        missing=0.35, missing_because="not written down for the round-robin patterns")
    add(numpy.array(rows["exposure"], "float32"), "exposure", "float32", "1", "share of the measured counts that was kept",
        quantity="ratio", origin="derived", least=0.01, most=1)
    add(numpy.array(rows["crowded"], "int8"), "crowded", "int8", "1", "1: more than five Bragg peaks lie in the window", "label",
        values=["0", "1"], origin="derived", confidence="confidence",
        method="runs of points above the median by eight standard deviations of it; 2 or 3 are few, 6 and more many",
        tool="clean_sets.py 1.0.0", date="2026-11-20")
    add(numpy.array(rows["confidence"], "float32"), "confidence", "float32", "1", "from the distance to 4.5 peaks",
        "confidence", of="crowded", least=0, most=1, origin="derived")
    splits = split_groups(chains, {"train": 0.7, "validation": 0.15, "test": 0.15}, rng, rows["crowded"])
    builder.write(splits, "group", "crowded", int(rng.choice([200, 300, 500])), ["gzip", None, "lzf"][seed % 3])


def count_peaks(counts):
    """Return the number of runs of points that stand out of the median by eight of its standard deviations."""
    level = numpy.median(counts)
    above = counts > level + 8 * numpy.sqrt(max(level, 1))
    return int((above[1:] & ~above[:-1]).sum() + above[0])


def windows(pattern, patterns, points):
    """Yield number and first point of windows that begin at the same angles in all patterns of a sample and do not overlap."""
    mine = [p for p in patterns if (p.sample, p.wavelength) == (pattern.sample, pattern.wavelength)]
    first = max(p.two_theta[0] for p in mine)
    width = max((p.two_theta[points] - p.two_theta[0]) * 1.02 for p in mine)
    for block in range(int((pattern.two_theta[-1] - first) / width)):
        begin = int(numpy.searchsorted(pattern.two_theta, first + block * width - 1e-9))
        if begin + points <= len(pattern.counts):
            yield block, begin


# ---- detector frames --------------------------------------------------------------------------------------------------

def frame_pattern(kind, size, rng, shift):
    """Return the expected counts of one frame: air scattering, and rings or spots."""
    y, x = numpy.mgrid[:size, :size]
    radius = numpy.hypot(y - size / 2 - shift[0], x - size / 2 - shift[1])
    frame = rng.uniform(6, 12) + rng.uniform(20, 60) * numpy.exp(-radius / rng.uniform(8, 14))
    if kind == "rings":
        first = rng.uniform(0.16, 0.24) * size
        for ratio in (1, 1.155, 1.633, 1.915)[:rng.integers(2, 5)]:
            frame += rng.uniform(25, 120) * numpy.exp(-0.5 * ((radius - first * ratio) / rng.uniform(0.8, 1.6)) ** 2)
    elif kind == "spots":
        for _ in range(rng.integers(6, 25)):
            cy, cx = rng.uniform(3, size - 3, 2)
            frame += rng.uniform(80, 900) * numpy.exp(-0.5 * ((y - cy) ** 2 + (x - cx) ** 2) / rng.uniform(0.7, 1.3) ** 2)
    else:
        frame += rng.uniform(10, 60) * numpy.exp(-0.5 * ((radius - rng.uniform(0.2, 0.3) * size) / rng.uniform(5, 8)) ** 2)
    return frame


def images(folder, seed, **_):
    rng = numpy.random.default_rng([seed, 2])
    size, records = int(rng.choice([48, 64, 80])), int(rng.integers(400, 800))
    kinds = ["rings", "spots", "amorphous"]
    share = rng.dirichlet([12, 12, 12])
    samples = rng.integers(60, 120)
    of_sample = rng.choice(3, size=samples, p=share)
    of_sample[:9] = numpy.arange(9) % 3
    sample = numpy.sort(rng.integers(0, samples, size=records))
    label = of_sample[sample]
    beamline = (rng.permutation(samples) % 2)[sample]
    flat = numpy.clip(rng.normal(1, 0.02, (size, size)), 0.9, 1.1)
    mask = numpy.ones((size, size), "uint8")
    mask[size // 2 - 1:size // 2 + 1] = 0
    dead = rng.choice(size * size, size=size, replace=False)
    mask.reshape(-1)[dead] = 0
    exposure = rng.choice([0.5, 1.0, 2.0], size=records)
    energy = rng.choice([8047.8, 12400.0, 15000.0, 17479.3], size=records)
    frames = numpy.empty((records, size, size), "uint16")
    for r in range(records):
        expected = frame_pattern(kinds[label[r]], size, rng, rng.normal(0, 0.4, 2)) * flat * exposure[r]
        frames[r] = numpy.minimum(rng.poisson(expected), 65534) * mask
    times = numpy.cumsum(rng.uniform(20, 90, records))
    builder = Builder(folder, Facts(
        f"detector-frames-{seed}", "Detector frames with rings, spots or amorphous scattering",
        f"Frames of {size} by {size} pixels with Poisson counts from two simulated beamlines, with mask, flat field and "
        "labels of two annotators.", ["diffraction", "detector frames", "classification"], PANET + "PaNET01216",
        [("frame_pattern in clean_sets.py", "BSD-3-Clause", "Hutch founders (2026): clean sets of the proof", "0" * 63 + "1")],
        NOTES, technique_label="x-ray diffraction"), "hdf5", seed)
    builder.tasks = ["Tell powder rings, single-crystal spots and amorphous scattering apart"]
    first, second = (annotated(label, 3, rng, error) for error in (0.02, 0.03))
    agree = first == second
    final = numpy.where(agree, first, label)
    add = builder.add
    add([f"frame-{r:06d}" for r in range(records)], "id", "utf8[]", "", "number of the frame", "id")
    add(frames, "frame", "uint16", "count", "counts of one exposure", "feature", shape=[size, size], quantity="counts",
        origin="simulated", least=0, most=65534, saturation=65535, mask="mask", noise="poisson")
    add([f"S{s:03d}" for s in sample], "sample", "utf8[]", "", "frames of one sample share a split", "group")
    add([("BL-A", "BL-B")[b] for b in beamline], "beamline", "utf8[]", "", "where it was measured", "source",
        values=["BL-A", "BL-B"], origin="simulated")
    add([iso("2026-03-02T08:00:00", t, "+01:00") for t in times], "time", "utf8[]", "", "start of the exposure", "time",
        vocabulary="iso_date", origin="simulated")
    add(exposure.astype("float32"), "exposure", "float32", "s", "exposure time", quantity="time", origin="simulated",
        least=0.1, most=10)
    add(energy, "energy", "float64", "eV", "photon energy", quantity="energy", origin="simulated", least=5000, most=20000)
    add(HC / energy, "wavelength", "float64", "angstrom", "of the photons", quantity="wavelength", origin="derived",
        least=0.5, most=2.5)
    add(rng.uniform(0.18, 0.22, records).astype("float32"), "distance", "float32", "m", "from sample to detector",
        quantity="length", origin="simulated", least=0.1, most=1)
    add(rng.normal(295, 1, records).astype("float32"), "temperature", "float32", "K", "of the sample",
        quantity="temperature", origin="simulated", least=280, most=310)
    add([["", "beam refilled before", "sample turned", "slits as before"][c] for c in rng.integers(0, 4, records)], "comment",
        "utf8[]", "", "what the operator wrote", origin="annotated", missing=0.5, missing_because="nothing to be said")
    names = numpy.array(kinds)
    for who, values in (("first", first), ("second", second)):
        add(list(names[values]), "label_" + who, "utf8[]", "", f"label of the {who} annotator", "annotator", values=kinds,
            of="label", origin="annotated", method="looked at on a logarithmic scale", person=f"{who} annotator",
            date="2026-04-10")
    add(list(names[final]), "label", "utf8[]", "", "what the frame shows", "label", values=kinds, origin="annotated",
        confidence="confidence", method="two annotators; where they differ, a third looked", person="Josiah Carberry",
        date="2026-04-12")
    add(numpy.where(agree, 0.98, 0.8).astype("float32"), "confidence", "float32", "1", "from the agreement of annotators",
        "confidence", of="label", least=0, most=1, origin="derived")
    builder.add_shared(mask, "mask", "uint8", "1", "1 where pixels count", "mask", shape=[size, size], values=["0", "1"])
    splits = split_groups(sample, {"train": 0.7, "validation": 0.15, "test": 0.15}, rng, final)
    builder.write(splits, "sample", "label", int(rng.choice([128, 256])), ["gzip", None][seed % 2])


def annotated(truth, classes, rng, error):
    """Return labels of somebody who is wrong in a share of cases."""
    wrong = rng.random(len(truth)) < error
    return numpy.where(wrong, (truth + rng.integers(1, classes, len(truth))) % classes, truth)


# ---- a table of measurements ------------------------------------------------------------------------------------------

def table(folder, seed, form="csv", **_):
    rng = numpy.random.default_rng([seed, 3 if form == "csv" else 4])
    records, samples = int(rng.integers(700, 1600)), int(rng.integers(120, 200))
    by_time = seed % 2 == 0
    compound = rng.integers(0, len(COMPOUNDS), samples)
    sample = numpy.sort(rng.integers(0, samples, records)) if by_time else rng.integers(0, samples, records)
    rows = [COMPOUNDS[compound[s]] for s in sample]
    energy = numpy.round(rng.uniform(8000, 24000, records), 2)
    transmission = numpy.round(rng.beta(4, 2, records), 4)
    exposure = numpy.round(rng.uniform(1, 12, records), 3)
    rate = rng.uniform(1000, 8000, records)
    counts = rng.poisson(rate * exposure * transmission)
    score = numpy.log(counts) + rng.normal(0, 0.6, records)
    cuts = numpy.quantile(score, [rng.uniform(0.15, 0.3), rng.uniform(0.5, 0.65)])
    truth = numpy.searchsorted(cuts, score)
    start = numpy.cumsum(rng.uniform(60, 600, records))
    temperature = numpy.round(rng.uniform(80, 480, records), 2)
    temperature[rng.random(records) < 0.01] = float("nan")
    two_theta_max = numpy.round(rng.uniform(60, 140, records), 2)
    wavelength = HC / energy
    builder = Builder(folder, Facts(
        f"measurement-{'table' if form == 'csv' else 'lines'}-{seed}", "Powder measurements and how usable they were",
        "One row a measurement: sample, beam, detector, counts, and how usable the pattern was judged to be.",
        ["powder diffraction", "data quality", "table"], PANET + "PaNET01101",
        [("table in clean_sets.py", "BSD-3-Clause", "Hutch founders (2026): clean sets of the proof", "0" * 63 + "2")], NOTES),
        form, seed)
    builder.tasks = ["Tell how usable a measurement is from its settings and counts"]
    add, whole = builder.add, lambda values: [int(v) for v in values]
    real = lambda values: [float(v) for v in values]
    add([f"M{seed:03d}-{r:05d}" for r in range(records)], "id", "utf8", "", "number of the measurement", "id")
    add([f"S{s:04d}" for s in sample], "sample", "utf8", "", "measurements of one sample share a split", "group",
        references="samples/sample")
    add([r[0] for r in rows], "compound", "utf8", "", "name of the compound", origin="annotated")
    add([r[1] for r in rows], "formula", "utf8", "", "of the compound", vocabulary="formula", origin="annotated")
    add([r[2] for r in rows], "space_group", "int16", "1", "number of the space group", vocabulary="space_group",
        least=1, most=230, origin="annotated")
    add([r[6] for r in rows], "crystal_system", "utf8", "", "of the compound", vocabulary="crystal_system",
        origin="annotated")
    add([r[3] for r in rows], "cell_a", "float64", "angstrom", "cell edge", least=2, most=20, origin="annotated")
    add([round(float(density(r[1], r[3], r[4], r[5], r[6])), 1) for r in rows], "density", "float64", "kg/m^3",
        "from formula and cell", quantity="density", least=500, most=25000, origin="derived")
    add(real(temperature), "temperature", "float64", "K", "of the sample", "feature", quantity="temperature",
        origin="measured", least=77, most=500, missing=0.03, missing_because="the thermometer was off in some runs")
    add(real(numpy.round(rng.normal(101325, 400, records), 0)), "pressure", "float64", "Pa", "around the sample",
        quantity="pressure", origin="measured", least=95000, most=108000)
    add(real(energy), "energy", "float64", "eV", "photon energy", "feature", quantity="energy", origin="measured",
        least=5000, most=30000)
    add(real(numpy.round(wavelength, 7)), "wavelength", "float64", "angstrom", "of the photons", quantity="wavelength",
        origin="derived", least=0.4, most=2.5)
    add(real(two_theta_max), "two_theta_max", "float64", "degree", "end of the scan", quantity="two_theta",
        origin="measured", least=20, most=180)
    add(real(numpy.round(wavelength / 2 / numpy.sin(numpy.radians(two_theta_max / 2)), 5)), "d_min", "float64", "angstrom",
        "smallest spacing in the scan", quantity="d", origin="derived", least=0.2, most=5)
    add([iso("2026-01-05T06:00:00", t, "+01:00") for t in start], "time_start", "utf8", "", "start of the scan", "time",
        vocabulary="iso_date", origin="measured", **({"is_ordered": True} if by_time else {}))
    add(real(exposure), "exposure", "float64", "s", "exposure time of a point", "feature", quantity="time",
        origin="measured", least=0.5, most=12.5)
    add(whole(counts), "counts", "int64", "count", "all counts", "feature", quantity="counts", origin="measured", least=0,
        most=float(10000 * numpy.ceil(counts.max() / 10000)))
    add(real(transmission), "transmission", "float64", "1", "of the sample", "feature", quantity="ratio", origin="measured",
        least=0, most=1)
    add(real(numpy.round(rng.normal(102, 1.5, records), 2)), "ring_current", "float64", "mA", "of the storage ring",
        "feature", quantity="current", origin="measured", least=95, most=109)
    sources = ["I11", "BM01", "P02"]
    add([sources[s] for s in rng.integers(0, 3, records)], "beamline", "utf8", "", "where it was measured", "source",
        values=sources, origin="measured")
    add([("strip", "area")[d] for d in rng.integers(0, 2, records)], "detector", "utf8", "", "kind of detector",
        values=["area", "strip"], origin="measured")
    classes = ["unusable", "usable", "good"]
    first, second = (annotated(truth, 3, rng, error) for error in (0.03, 0.05))
    for who, values in (("first", first), ("second", second)):
        add([classes[v] for v in values], "quality_" + who, "utf8", "", f"judgement of the {who} annotator", "annotator",
            values=classes, of="quality", origin="annotated", method="looked at the pattern", person=f"{who} annotator",
            date="2026-06-01")
    final = numpy.where(first == second, first, truth)
    add([classes[v] for v in final], "quality", "utf8", "", "how usable the pattern is", "label", values=classes,
        origin="annotated", confidence="confidence", method="two annotators; where they differ, a third looked",
        person="Josiah Carberry", date="2026-06-03")
    add(real(numpy.where(first == second, 0.97, 0.75)), "confidence", "float64", "1", "from the agreement of annotators",
        "confidence", of="quality", least=0, most=1, origin="derived")
    builder.add_table("samples", "One row a sample.", [
        field("sample", "utf8", "", "name of the sample", "id"),
        field("compound", "utf8", "", "what it is", origin="annotated"),
        field("mass", "float64", "mg", "of what was put into the holder", quantity="mass", origin="measured", least=0,
              most=1000)],
        {"sample": [f"S{s:04d}" for s in range(samples)], "compound": [COMPOUNDS[c][0] for c in compound],
         "mass": [round(float(m), 2) for m in rng.lognormal(3, 0.5, samples)]})
    shares = {"train": 0.7, "validation": 0.1, "test": 0.2}
    splits = time_splits(sample, shares) if by_time else split_groups(sample, shares, rng, final)
    is_single = form == "csv" and seed % 4 < 2
    if is_single:
        add(list(splits), "split", "utf8", "", "part of the set", "split", values=list(shares))
    builder.write(splits, "sample", "quality", 10 ** 6, single=is_single)


def time_splits(sample, shares):
    """Return splits one after the other in time; samples are measured one after the other and stay whole."""
    ends = numpy.cumsum(list(shares.values())) * len(sample)
    first = numpy.searchsorted(sample, sample)
    return numpy.array(list(shares))[numpy.minimum(numpy.searchsorted(ends, first, "right"), len(shares) - 1)]


# ---- simulated by the product -----------------------------------------------------------------------------------------

def simulated(folder, seed, hutch=None, **_):
    """Let `hutch dataset build` make the set; only the recipe is ours."""
    rng = numpy.random.default_rng([seed, 5])
    folder = pathlib.Path(folder)
    recipe = folder.parent / (folder.name + ".yaml")
    recipe.parent.mkdir(parents=True, exist_ok=True)
    structures = folder.parent / (folder.name + "-structures")
    choose_structures(structures)
    recipe.write_text(simulated_recipe(seed, rng, structures))
    done = subprocess.run([hutch, "dataset", "build", str(recipe), "--out", str(folder)], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"hutch dataset build ended with {done.returncode}: {done.stderr[-2000:]}")


def choose_structures(folder):
    """Copy the structures whose space group at least fifteen others have, so that no split meets one for the first time."""
    by_group = {}
    for path in sorted(pathlib.Path(os.environ["HUTCH_DATA"], "usr/share/avogadro2/crystals").rglob("*.cif")):
        found = re.search(r"_(?:symmetry|space_group)_(?:space_group_)?name_H-M(?:_alt)?\s+['\"]?([^'\"\n]+)",
                          path.read_text(errors="replace"))
        if found:
            by_group.setdefault(re.sub(r"[\s:].*$|\s", "", found[1].replace(" ", "")), []).append(path)
    folder.mkdir(parents=True)
    for paths in by_group.values():
        for path in paths if len(paths) > 15 else []:
            shutil.copy(path, folder / (path.parent.name + "-" + path.name))


def simulated_recipe(seed, rng, structures):
    records, points = int(rng.integers(1000, 1800)), int(rng.choice([2251, 3001]))
    levels = int(rng.choice([16, 32]))
    return SIMULATED.format(seed=seed + 1000, records=records, points=points, shard=int(rng.choice([256, 400])),
                            dose=int(rng.choice([2000, 5000])), levels=levels, structures=structures.resolve())


SIMULATED = """name: simulated-patterns-{seed}
title: Simulated powder diffraction patterns
version: 1.0.0
description: >-
  Powder diffraction patterns calculated from published crystal structures for a laboratory diffractometer and a synchrotron.
  Every record carries its truth.
licence: CC-BY-4.0
url: https://hutch.invalid/datasets/simulated-patterns-{seed}
citation: "Hutch founders (2026): simulated-patterns-{seed} 1.0.0"
date_published: 2026-11-20
publisher: Hutch founders
contact: {{name: Hutch founders, url: "https://hutch.invalid/contact"}}
identifier: 10.5555/hutch.proof
creators:
  - {{name: "Carberry, Josiah", orcid: 0000-0002-1825-0097}}
techniques:
  - {{id: PaNET01101, label: x-ray powder diffraction}}
funding:
  - {{funder: Hutch founders}}
access_state: open
attestations:
  - check: C61
    person: Josiah Carberry
    orcid: 0000-0002-1825-0097
    date: "2026-11-20"
    statement: Intended use, limits and biases were read and found right.
keywords: [powder diffraction, crystal structure, simulation]
notes:
  collection: Calculated from published crystal structures; no measurement took place.
  biases: Minerals, elements and zeolites are over-represented against organic compounds.
  limitations: One phase per pattern; no stacking faults, no detector artefacts.
  use cases: Learning crystal system and space group from powder patterns.
  non-intended use: Reference patterns of any material.
  feedback: Through the contact of the data set; mended errors stand in the next version.
  missing data: Space groups whose operations form no tabulated setting are 0.
  maintenance: Errors reported through the home page lead to a new version.
  personal information: None.
  social impact: None is known.
seed: {seed}
records: {records}
points: {points}
shard_records: {shard}
dtype: float32
structures:
  - path: {structures}
    name: Avogadro crystals (Crystallography Open Database, IZA)
    licence: Unlicense
    citation: "Grazulis et al. (2009) J. Appl. Cryst. 42, 726-729; Debian package libavogadro-data"
    url: https://www.crystallography.net
splits: {{train: 0.7, validation: 0.15, test: 0.15}}
march_axes: [[0, 0, 1], [1, 0, 0], [1, 1, 0]]
parameters:
  size: {{log_uniform: [0.03, 1]}}
  microstrain: {{log_uniform: [1.0e-5, 2.0e-3]}}
  extra_u: {{uniform: [0, 0.01]}}
  strain_11: {{normal: [0, 0.002]}}
  strain_22: {{normal: [0, 0.002]}}
  strain_33: {{normal: [0, 0.002]}}
  dose: {{log_uniform: [{dose}, 60000]}}
instruments:
  - name: lab_cuka
    share: 1
    radiation: xray
    geometry: bragg_brentano
    two_theta: [10, 100]
    wavelengths:
      - {{wavelength: 1.5405929}}
      - {{wavelength: 1.5444274, weight: {{uniform: [0.48, 0.52]}}}}
    parameters:
      u: {{uniform: [0.001, 0.02]}}
      v: {{uniform: [-0.006, 0]}}
      w: {{uniform: [0.002, 0.02]}}
      zero: {{normal: [0, 0.01]}}
      goniometer_radius: {{choice: [173, 240]}}
    background:
      chebyshev: [{{uniform: [0.01, 0.1]}}, {{uniform: [-0.03, 0.01]}}]
  - name: synchrotron
    share: 1
    radiation: xray
    geometry: debye_scherrer
    two_theta: [3, 48]
    wavelengths:
      - {{wavelength: {{uniform: [0.75, 0.83], levels: {levels}}}}}
    parameters:
      polarisation: {{uniform: [0.95, 0.99]}}
      u: {{uniform: [0, 0.003]}}
      w: {{uniform: [0.003, 0.008]}}
      zero: {{normal: [0, 0.001]}}
      goniometer_radius: {{choice: [760, 1000]}}
    background:
      chebyshev: [{{uniform: [0.005, 0.05]}}, {{uniform: [-0.02, 0.005]}}]
"""

KINDS = {"simulated": simulated, "measured": measured, "images": images, "table": table,
         "lines": lambda folder, seed, **more: table(folder, seed, form="jsonl", **more)}


def make(kind, folder, seed, hutch=None):
    """Make one clean set, or return why that cannot be done here."""
    if kind == "measured" and not measured_patterns():
        return "no measured patterns: HUTCH_SHARED and HUTCH_DATA name no folder that holds them"
    if kind == "simulated" and not (hutch and os.environ.get("HUTCH_DATA")):
        return "no structures: HUTCH_DATA names no folder that holds them, or no hutch was given"
    KINDS[kind](pathlib.Path(folder), seed, hutch=hutch)
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--hutch")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS))
    parser.add_argument("--sets", type=int, default=1, help="of each kind")
    asked = parser.parse_args()
    for kind in asked.kinds:
        for seed in range(asked.sets):
            problem = make(kind, asked.folder / f"{kind}-{seed:03d}", seed, asked.hutch)
            print(f"{kind}-{seed:03d}: {problem or 'made'}")


if __name__ == "__main__":
    main()
