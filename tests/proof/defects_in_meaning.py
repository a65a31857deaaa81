"""Defects of what data mean: copies, leaks between splits, labels, physics, drift."""
import numpy

from defects import (NotApplicable, class_label, defect, first, measured_fields, pick, plain_number, quantity, rows_of,
                     same_class_pairs, some, split_names, with_arrays)


def strength(values, amount, rng):
    """Return an array as a second exposure of the same thing: another scale and a little noise."""
    wide = values.astype(float) * rng.uniform(0.8, 1.2)
    wide += rng.normal(0, 1, values.shape) * amount * (numpy.abs(wide).mean() + 1e-9)
    if values.dtype.kind in "iu":
        return numpy.clip(numpy.rint(wide), 0, numpy.iinfo(values.dtype).max).astype(values.dtype)
    return numpy.maximum(wide, 0).astype(values.dtype)


# ---- copies and leaks -------------------------------------------------------------------------------------------------

@defect("C25", "files were merged twice")
def copies_within_a_split(folder, severity, rng):
    table, name = folder.table, split_names(folder, 1)[0]
    for source, target in zip(*same_class_pairs(table, name, name, pick(severity, 0.2, 0.03, 0.003), rng, 2)):
        table.copy_record(source, target, measured_fields(table))
    folder.store()


@defect("C25", "records were drawn with replacement before they were split")
def copies_across_splits(folder, severity, rng):
    table, names = folder.table, split_names(folder)
    for source, target in zip(*same_class_pairs(table, names[0], names[-1], pick(severity, 0.3, 0.03, 0), rng, 2)):
        table.copy_record(source, target, measured_fields(table))
    folder.store()


@defect("C26 C25", "the same measurement was reduced twice with other settings")
def near_copies_across_splits(folder, severity, rng):
    name, table, names = with_arrays(folder.table), folder.table, split_names(folder)
    pairs = same_class_pairs(table, names[0], names[-1], pick(severity, 0.3, 0.05, 0.02), rng, 2)
    values = table.get(name)
    for source, target in zip(*pairs):
        values[target] = strength(values[source], pick(severity, 0.002, 0.005, 0.01), rng)
    table.put(name, values)
    for other in table.names(lambda f: f.get("role") == "axis" or f.get("axis_row")):
        column = table.get(other)
        column[pairs[1]] = column[pairs[0]]
        table.put(other, column)
    axis_row = table.field(name).get("axis_row")
    if axis_row:
        column = table.get(axis_row)
        column[pairs[1]] = column[pairs[0]]
        table.put(axis_row, column)
    folder.store()


@defect("C27", "splits were drawn by record although samples were measured many times")
def group_in_two_splits(folder, severity, rng):
    table, names = folder.table, split_names(folder)
    group = first(table.of_role("group"), "group")
    splits, values = table.splits(), table.get(group)
    mine = numpy.flatnonzero(splits == names[-1])
    rows = some(rng, mine, pick(severity, 0.5, 0.06, 0))
    others = rng.choice(numpy.flatnonzero(splits == names[0]), size=len(rows))
    texts = values.dtype.kind in "SO"
    table.change(group, rows, [table.texts(group)[o] for o in others] if texts else list(values[others]))
    folder.store()


@defect("C27 C26 C25", "whole records were exchanged between splits by hand")
def records_exchanged(folder, severity, rng):
    table, names = folder.table, split_names(folder)
    first(table.of_role("group"), "group")
    groups = numpy.array(table.texts(table.of_role("group")[0]))
    _, index, counts = numpy.unique(groups, return_inverse=True, return_counts=True)
    sources, targets = same_class_pairs(table, names[0], names[-1], pick(severity, 0.5, 0.1, 0.02), rng, 2)
    if not any(counts[index[r]] > 1 for r in sources + targets):
        raise NotApplicable("each record is a group of its own")
    if pick(severity, 0, 0, 1):
        best = [i for i in range(len(sources)) if counts[index[sources[i]]] > 1 or counts[index[targets[i]]] > 1][:1]
        sources, targets = [sources[i] for i in best], [targets[i] for i in best]
    keep = set(table.of_role("split"))
    for name in [n for n in table.parts[0].columns if n not in keep]:
        column = table.get(name).copy()
        column[sources + targets] = column[targets + sources]
        table.put(name, column)
    folder.store()


def codes(table, label):
    return numpy.unique(numpy.array(table.texts(label)), return_inverse=True)[1]


@defect("C28", "a setting was chosen by who knew the answer")
def feature_tells_label(folder, severity, rng):
    table = folder.table
    label, name = class_label(table), plain_number(table)
    if table.field(name).get("role") != "feature":
        raise NotApplicable("no number that is a feature")
    about, code = table.field(name), codes(table, class_label(table))
    least, most = about.get("least", 0), about["most"]
    values = least + (most - least) * (0.2 + 0.6 * (code + rng.uniform(-0.2, 0.2, len(code))) / max(1, code.max()))
    wrong = rng.random(len(code)) < pick(severity, 0, 0.005, 0.01)
    values[wrong] = rng.permutation(values)[wrong]
    values = numpy.round(values, 4) if table.is_text else values
    table.change(name, numpy.arange(len(table)), [float(v) for v in values] if table.is_text else values)
    folder.store()
    assert label


@defect("C28", "records were numbered class by class")
def id_tells_label(folder, severity, rng):
    table = folder.table
    ids = first(table.of_role("id"), "id")
    code = codes(table, class_label(table))
    texts = sorted(table.texts(ids), key=lambda t: (len(t), t)) if table.get(ids).dtype.kind in "SO" else sorted(table.get(ids))
    moved = rng.random(len(code)) < pick(severity, 0, 0.05, 0.15)
    order = numpy.argsort(numpy.where(moved, rng.permutation(code), code), kind="stable")
    new = [None] * len(code)
    for rank, row in enumerate(order):
        new[row] = texts[rank]
    table.change(ids, numpy.arange(len(code)), new)
    folder.store()


@defect("C29", "the test data are older than what models learn from")
def test_before_train(folder, severity, rng):
    table, names = folder.table, split_names(folder)
    time = first(table.names(lambda f: f.get("role") == "time" and f.get("is_ordered")), "ordered time")
    texts, splits = table.texts(time), table.splits()
    train, test = (numpy.flatnonzero(splits == n) for n in (names[0], names[-1]))
    count = max(1, round(pick(severity, 1, 0.1, 0) * min(len(train), len(test))))
    mine, theirs = rng.choice(test, count, replace=False), rng.choice(train, count, replace=False)
    table.change(time, numpy.concatenate([mine, theirs]), [texts[r] for r in [*theirs, *mine]])
    folder.store()


@defect("C30 C60 C04", "splits were drawn anew, and the documents tell the old sizes")
def split_sizes_stale(folder, severity, rng):
    names = split_names(folder)
    sizes = folder.dictionary["splits"]
    moved = pick(severity, sizes[names[0]] // 2, 10, 1)
    sizes[names[0]] -= moved
    sizes[names[-1]] += moved
    folder.store()


@defect("C30 C25 C09 C27", "files of one split were put into another, too")
def splits_overlap(folder, severity, rng):
    table = folder.table
    if table.of_role("split"):
        name = table.of_role("split")[0]
        rows = rows_of(table, rng, pick(severity, 0.2, 0.02, 0))
        table.change(name, rows, ["holdout", "Train", ""][:1] * len(rows) if severity == "severe" else ["Train"] * len(rows))
        folder.store()
        return
    if len(table.parts) < 2 or severity == "slight":
        raise NotApplicable("one file only")
    source, target = table.parts[-1], table.parts[0]
    count = min(len(source), len(target), pick(severity, 10 ** 6, 20, 0))
    for name in source.columns:
        target.columns[name][:count] = source.columns[name][:count]
    folder.store()


# ---- labels -----------------------------------------------------------------------------------------------------------

def without_class(folder, split, share, rng):
    """Drop a share of the most frequent class of a split, and let the documents say so."""
    table, label = folder.table, class_label(folder.table)
    if any(f.get("references", "").startswith(table.spec["name"] + "/") for t in folder.dictionary["tables"] for f in t["fields"]):
        raise NotApplicable("other tables name the records")
    labels, splits = numpy.array(table.texts(label)), table.splits()
    inside = numpy.ones(len(labels), bool) if split is None else splits == split
    names, counts = numpy.unique(labels[inside], return_counts=True)
    chosen = names[numpy.argmin(counts) if split is None else numpy.argmax(counts)]
    gone = some(rng, numpy.flatnonzero(inside & (labels == chosen)), share)
    keep = numpy.setdiff1d(numpy.arange(len(labels)), gone)
    starts = table.starts()
    for i in range(len(table.parts)):
        table.take(i, keep[(keep >= starts[i]) & (keep < starts[i + 1])] - starts[i])
    folder.recount(label)
    folder.store()


@defect("C31", "one class was hardly ever measured")
def class_nearly_absent(folder, severity, rng):
    without_class(folder, None, pick(severity, 1 - 1e-9, 0.98, 0.95), rng)


@defect("C31", "the test data lack what is frequent in training")
def classes_differ_between_splits(folder, severity, rng):
    without_class(folder, split_names(folder)[-1], pick(severity, 1, 0.9, 0.7), rng)


@defect("C32", "labels were typed by hand")
def label_misspelt(folder, severity, rng):
    table = folder.table
    label = class_label(table)
    rows = rows_of(table, rng, pick(severity, 0.2, 0.02, 0))
    texts = table.texts(label)
    is_number = table.is_number(table.field(label))
    table.change(label, rows, [9999 % 127 + 104 if table.field(label)["dtype"] == "int8" else 231 if is_number
                               else texts[r][:-1] + "e" for r in rows])
    folder.store()


@defect("C32 C14", "formulas and space groups that do not exist")
def vocabulary_broken(folder, severity, rng):
    table = folder.table
    names = table.names(lambda f: f.get("vocabulary") in ("formula", "space_group") and not f.get("shape")
                        and f.get("role") != "label")
    name = first(names, "formula or space group")
    rows = rows_of(table, rng, pick(severity, 0.2, 0.02, 0))
    table.change(name, rows, [231 if table.is_number(table.field(name)) else "Xx2O3(" for _ in rows])
    folder.store()


@defect("C33", "nobody knows who labelled the data, how or when")
def label_origin_unknown(folder, severity, rng):
    labels = [f for f in folder.spec["fields"] if f.get("role") in ("label", "annotator")]
    if not labels:
        raise NotApplicable("no label")
    for about in labels if severity == "severe" else labels[-1:]:
        for key in pick(severity, ("method", "tool", "person", "date"), ("tool", "person", "date"), ("date",)):
            about.pop(key, None)
    folder.store()


@defect("C34 C14", "confidence was written in percent")
def confidence_in_percent(folder, severity, rng):
    table = folder.table
    name = first(table.of_role("confidence"), "confidence")
    rows = rows_of(table, rng, pick(severity, 1, 0.05, 0))
    table.change(name, rows, [float(v) * 100 for v in table.numbers(name)[rows]])
    folder.store()


@defect("C34 C16 C17", "some labels came without a confidence")
def confidence_missing(folder, severity, rng):
    table = folder.table
    name = first(table.of_role("confidence"), "confidence")
    rows = rows_of(table, rng, pick(severity, 0.5, 0.05, 0.005), 2)
    table.change(name, rows, [None if table.is_text else float("nan")] * len(rows))
    folder.store()


@defect("C35", "annotators were given different instructions")
def annotators_disagree(folder, severity, rng):
    table = folder.table
    names = table.of_role("annotator")
    if len(names) < 2:
        raise NotApplicable("fewer than two annotators")
    texts = table.texts(names[1])
    rows = rows_of(table, rng, pick(severity, 0.9, 0.6, 0.45))
    shuffled = rng.permutation(rows)
    table.change(names[1], rows, [texts[r] for r in shuffled])
    folder.store()


@defect("C36 C35 C34 C32 C38", "labels were joined to the wrong records")
def labels_shuffled(folder, severity, rng):
    table = folder.table
    label, splits = class_label(table), table.splits()
    values = table.get(label).copy()
    for split in split_names(folder, 1):
        rows = some(rng, numpy.flatnonzero(splits == split), pick(severity, 1, 0.35, 0.15), 2)
        values[rows] = values[rng.permutation(rows)]
    table.put(label, values)
    folder.store()


# ---- physics ----------------------------------------------------------------------------------------------------------

@defect("C37", "the monochromator was moved, and only one of energy and wavelength was noted")
def energy_without_wavelength(folder, severity, rng):
    table = folder.table
    quantity(table, "wavelength")
    name = quantity(table, "energy")
    rows = rows_of(table, rng, pick(severity, 0.5, 0.05, 0.005), 2)
    values = table.numbers(name)[rows] * pick(severity, 1.1, 1.03, 1.01)
    table.change(name, rows, [round(float(v), 2) for v in values])
    folder.store()


@defect("C37", "spacings were calculated with half the wavelength")
def spacing_below_limit(folder, severity, rng):
    table = folder.table
    name = quantity(table, "d")
    rows = rows_of(table, rng, pick(severity, 0.5, 0.05, 0.005), 2)
    table.change(name, rows, [round(float(v) / pick(severity, 3, 2.5, 2.5), 5) for v in table.numbers(name)[rows]])
    folder.store()


def pattern_parts(folder):
    """Return intensity and cell fields of simulated or measured patterns with known cell."""
    about = first((p for p in folder.dictionary.get("physics", []) if p["method"] == "powder"), "powder patterns")
    if "cell_lengths" not in about["parts"]:
        raise NotApplicable("no cell")
    return about["parts"]


@defect("C38", "the cell was that of another temperature or another compound")
def cell_of_another_sample(folder, severity, rng):
    table, parts = folder.table, pattern_parts(folder)
    cells = table.get(parts["cell_lengths"])
    rows = rows_of(table, rng, pick(severity, 0.6, 0.3, 0.3), 4)
    if severity == "severe":
        cells[rows] = cells[rng.permutation(rows)]
    else:
        cells[rows] *= pick(severity, 0, 1.03, 1.015)
    table.put(parts["cell_lengths"], cells)
    folder.store()


@defect("C38", "the zero of the diffractometer was off")
def patterns_shifted(folder, severity, rng):
    table, parts = folder.table, pattern_parts(folder)
    values = table.get(parts["intensity"])
    rows = rows_of(table, rng, pick(severity, 1, 0.5, 0.3), 4)
    values[rows] = numpy.roll(values[rows], pick(severity, values.shape[-1] // 20, 25, 12), axis=1)
    table.put(parts["intensity"], values)
    folder.store()


@defect("C38 C18 C45 C46", "patterns are noise of the detector only: the beam was off the sample")
def patterns_without_sample(folder, severity, rng):
    table, parts = folder.table, pattern_parts(folder)
    values = table.get(parts["intensity"])
    rows = rows_of(table, rng, pick(severity, 0.6, 0.3, 0.2), 4)
    for row in rows:
        values[row] = rng.poisson(numpy.full(values.shape[-1], max(5.0, float(numpy.median(values[row])))))
    table.put(parts["intensity"], values)
    folder.store()


@defect("C45", "counts were scaled by a monitor or averaged, and are still said to be counts")
def counts_rescaled(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    if table.field(name).get("noise") != "poisson":
        raise NotApplicable("no Poisson noise declared")
    values = table.get(name)
    limit = numpy.iinfo(values.dtype).max * 0.99 if values.dtype.kind in "iu" else 1e30
    rows = rows_of(table, rng, pick(severity, 1, 0.8, 0.6))
    scaled = numpy.minimum(values[rows].astype(float) * pick(severity, 10, 4, 2.5), limit)
    values[rows] = numpy.rint(scaled).astype(values.dtype)
    most = table.field(name).get("most")
    if most is not None and "saturation" not in table.field(name):
        table.field(name)["most"] = float(max(most, values.max()))
    table.put(name, values)
    folder.store()


@defect("C45 C46 C36", "data were smoothed, and are still said to be raw")
def counts_smoothed(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    if table.field(name).get("noise") != "poisson":
        raise NotApplicable("no Poisson noise declared")
    values = table.get(name)
    for row in rows_of(table, rng, pick(severity, 1, 0.8, 0.6)):
        width = pick(severity, 9, 5, 3)
        flat = values[row].reshape(-1).astype(float)
        smooth = numpy.convolve(numpy.pad(flat, width // 2, mode="edge"), numpy.ones(width) / width, "valid")
        values[row] = (numpy.rint(smooth) if values.dtype.kind in "iu" else smooth).astype(values.dtype).reshape(values[row].shape)
    table.put(name, values)
    folder.store()


# ---- distributions ----------------------------------------------------------------------------------------------------

@defect("C46", "one beamline calibrates otherwise than the others")
def source_drifts(folder, severity, rng):
    table = folder.table
    source = first(table.of_role("source"), "source")
    texts = numpy.array(table.texts(source))
    rows = numpy.flatnonzero(texts == sorted(set(texts))[0])
    features = table.names(lambda f: f.get("role") == "feature")
    name = first((f for f in features if table.field(f).get("shape")), "") if any(
        table.field(f).get("shape") for f in features) else plain_number(table)
    factor = pick(severity, 2.5, 1.6, 1.3)
    if table.field(name).get("shape"):
        values = table.get(name)
        limit = table.field(name).get("most", 1e30)
        values[rows] = numpy.minimum(rng.poisson(values[rows] * (factor - 1)) + values[rows].astype(float), limit).astype(values.dtype)
        table.put(name, values)
    else:
        about, values = table.field(name), table.numbers(name)
        spread = numpy.nanstd(values)
        new = values[rows] + (factor - 1) * 1.5 * spread
        new = numpy.clip(new, about.get("least", -1e300), about["most"])
        table.change(name, rows, [None if v != v and table.is_text else round(float(v), 4) for v in new])
    folder.store()


@defect("C47", "the data cover a corner of what they are said to be for")
def domain_not_covered(folder, severity, rng):
    table = folder.table
    names = table.names(lambda f: f.get("role") == "feature" and table.is_number(f) and "most" in f)
    if not names:
        raise NotApplicable("no declared domain")
    for name in names[:pick(severity, len(names), max(1, len(names) // 2), 1)]:
        about = table.field(name)
        width = about["most"] - about.get("least", 0)
        about["most"] += width * pick(severity, 1000, 100, 100)
    folder.store()


@defect("C49 C14", "density was copied from another line of the table")
def density_of_another(folder, severity, rng):
    table = folder.table
    name = quantity(table, "density")
    rows = rows_of(table, rng, pick(severity, 0.5, 0.05, 0), 2)
    values = table.numbers(name)
    table.change(name, rows, [float(values[r] * 1.4) for r in rows])
    folder.store()
