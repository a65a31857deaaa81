"""Defects of files, forms and units: what transfers, converters and clocks do to data."""
import gzip

import numpy

from defects import (NotApplicable, array_feature, data_files, defect, first, pick, plain_number, rows_of, some,
                     with_arrays)


def damage(path, begin, count, rng):
    data = bytearray(path.read_bytes())
    for at in rng.integers(int(begin * len(data)), len(data), size=count):
        data[at] ^= 1 << int(rng.integers(0, 8))
    path.write_bytes(bytes(data))


@defect("C01", "part of a transfer never arrived", seal=False)
def shard_missing(folder, severity, rng):
    files = data_files(folder)
    if len(files) < 2:
        raise NotApplicable("one file only")
    count = pick(severity, max(1, len(files) // 2), 1, 1)
    for path in (files[-count:] if severity != "slight" else [min(files, key=lambda p: p.stat().st_size)]):
        path.unlink()


@defect("C01", "editors, desktops and broken copies left files behind", seal=False)
def leftover_files(folder, severity, rng):
    path = data_files(folder)[0]
    if severity == "severe":
        (path.parent / ("old_" + path.name + ".bak")).write_bytes(path.read_bytes())
    elif severity == "moderate":
        (path.parent / (path.name + ".part")).write_bytes(path.read_bytes()[:4096])
    else:
        (folder.path / "notes~").write_text("sort these out later\n")


@defect("C02", "bits flipped on a disk or on the way", seal=False)
def bit_rot(folder, severity, rng):
    if severity == "slight":
        name = "card.md"
        text = folder.text(name)
        at = text.index("Responsible")
        folder.write_text(name, text[:at] + "r" + text[at + 1:])
    else:
        for path in data_files(folder)[:pick(severity, 99, 1, 0)]:
            damage(path, 0.6, pick(severity, 1000, 1, 0), rng)


@defect("C02", "checksums were made before the last change of the files", seal=False)
def checksums_stale(folder, severity, rng):
    manifest = folder.read_json("manifest.json")
    count = pick(severity, len(manifest["files"]), 2, 1)
    lines = folder.text("checksums.sha256").splitlines()
    for i in range(min(count, len(lines))):
        wrong = f"{int(lines[i][:16], 16) ^ 1:016x}" + lines[i][16:]
        if severity != "slight":
            manifest["files"][i]["sha256"] = wrong[:64]
        lines[i] = wrong
    folder.write_text("checksums.sha256", "\n".join(lines) + "\n")
    folder.write_json("manifest.json", manifest)


@defect("C03 C05 C04", "a transfer broke off and the checksum was made of what had come")
def truncated_shard(folder, severity, rng):
    files = data_files(folder)
    for path in files[:pick(severity, len(files), 1, 1)]:
        data = path.read_bytes()
        path.write_bytes(data[:-pick(severity, len(data) // 2, len(data) // 50, 30)])


@defect("C03", "what was stored is not the file but a page that says why not, or it is packed under its plain name")
def wrong_container(folder, severity, rng):
    files = data_files(folder)
    for path in files[:pick(severity, len(files), 1, 1)]:
        path.write_bytes(gzip.compress(path.read_bytes(), mtime=0) if severity == "slight" else
                         b"<!DOCTYPE html>\n<html><head><title>503 Service Unavailable</title></head>"
                         b"<body>Try again later.</body></html>\n")


@defect("C04", "the manifest was written before the last run was added")
def record_count_stale(folder, severity, rng):
    manifest = folder.read_json("manifest.json")
    wrong = pick(severity, manifest["records"], 10, 1)
    manifest["records"] += wrong
    entry = max(manifest["files"], key=lambda e: e["records"])
    entry["records"] += wrong
    folder.write_json("manifest.json", manifest)


@defect("C04", "a full disk or a crash lost the last records of a file")
def lost_records(folder, severity, rng):
    table = folder.table
    longest = max(range(len(table.parts)), key=lambda i: len(table.parts[i]))
    count = len(table.parts[longest])
    table.take(longest, numpy.arange(count - pick(severity, count // 3, max(2, count // 30), 1)))
    folder.store()


@defect("C05", "one converter wrote another type of number than the others")
def dtype_changed(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    other = {"f": "float64", "u": "int64", "i": "int64"}
    for part in table.parts[:pick(severity, max(1, len(table.parts) - 1), 2, 1)]:
        part.columns[name] = part.columns[name].astype(other[part.columns[name].dtype.kind])
    folder.store()


@defect("C05", "one machine wrote numbers in the other byte order")
def byte_order_changed(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    for part in table.parts[:pick(severity, len(table.parts), 2, 1)]:
        part.columns[name] = part.columns[name].astype(part.columns[name].dtype.newbyteorder(">"))
    folder.store()


@defect("C05 C20", "one run was read out with another region of interest")
def shape_changed(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    for part in table.parts[:pick(severity, len(table.parts), 1, 1)]:
        points = part.columns[name].shape[-1]
        part.columns[name] = part.columns[name][..., :points - pick(severity, points // 2, 8, 1)]
    folder.store()


@defect("C05 C52", "one run was written by an older program that called a column otherwise")
def column_renamed(folder, severity, rng):
    table = folder.table
    name = plain_number(table)
    for part in table.parts[:pick(severity, len(table.parts), max(1, len(table.parts) // 2), 1)]:
        part.columns = {name + "_old" if key == name else key: values for key, values in part.columns.items()}
        part.rest[name + "_old"] = part.rest.pop(name, {})
    folder.store()


@defect("C05 C16 C17 C14", "somebody typed texts, units or commas into a column of numbers")
def text_in_numbers(folder, severity, rng):
    table = folder.table
    if not table.is_text:
        raise NotApplicable("typed arrays")
    name = plain_number(table)
    rows = rows_of(table, rng, pick(severity, 0.3, 0.03, 0))
    table.change(name, rows, [["n/a", "see logbook", "1,5", "295 K?"][i % 4] for i in range(len(rows))])
    folder.store()


@defect("C09", "two runs used the same numbers")
def ids_repeat(folder, severity, rng):
    table = folder.table
    name = first(table.of_role("id"), "id")
    rows = rng.permutation(rows_of(table, rng, pick(severity, 0.4, 0.04, 0), 2))
    half = len(rows) // 2
    table.change(name, rows[:half], list(table.get(name)[rows[half:2 * half]]) if not table.is_text and
                 table.get(name).dtype.kind != "S" else [table.texts(name)[r] for r in rows[half:2 * half]])
    folder.store()


@defect("C09", "records name samples that nobody entered")
def foreign_key_dangles(folder, severity, rng):
    table = folder.table
    about = first((f for f in table.spec["fields"] if f.get("references")), "foreign key")
    rows = rows_of(table, rng, pick(severity, 0.3, 0.03, 0))
    is_number = table.is_number(about)
    table.change(about["name"], rows, [10 ** 6 + int(r) if is_number else f"X{r:04d}" for r in rows])
    folder.store()


def replace_version(folder, new, names):
    old = folder.dictionary["version"]
    for name in names:
        if (folder.path / name).is_file():
            text = folder.text(name)
            for form in ('"version": "{}"', "<version>{}</version>", "| Version | {} |"):
                text = text.replace(form.format(old), form.format(new))
            folder.write_text(name, text)


@defect("C10", "versions are called as people talk")
def version_is_a_word(folder, severity, rng):
    replace_version(folder, pick(severity, "final_v2_new", "2026", "1.0"),
                    ["manifest.json", "dictionary.json", "croissant.json", "datacite.xml", "card.md", "recipe.yaml"])


@defect("C10 C60", "some documents were forgotten when the version was raised")
def versions_differ(folder, severity, rng):
    replace_version(folder, pick(severity, "3.0.0", "1.1.0", "1.0.1"),
                    pick(severity, ["manifest.json", "dictionary.json"], ["manifest.json"], ["manifest.json"]))


# ---- units and ranges -------------------------------------------------------------------------------------------------

def set_unit(folder, name, unit, parts=None):
    """Give a field another unit in the files, and in the dictionary unless only some files are meant."""
    table = folder.table
    if parts is None:
        table.field(name)["unit"] = unit
        if not unit:
            del table.field(name)["unit"]
    for part in table.parts if parts is None else parts:
        attributes = part.rest.get(name, {}).get("attributes", {})
        if "units" in attributes:
            attributes["units"] = unit
            if not unit:
                del attributes["units"]


@defect("C11", "nobody wrote down what the numbers are counted in")
def unit_missing(folder, severity, rng):
    table = folder.table
    names = table.names(lambda f: f.get("unit") and f["unit"] != "1" and f.get("role") != "id")
    for name in names[:pick(severity, len(names), 3, 1)]:
        set_unit(folder, name, "")
    folder.store()


@defect("C11", "units are written as people talk")
def unit_is_a_phrase(folder, severity, rng):
    table = folder.table
    names = table.names(lambda f: f.get("unit") and f["unit"] != "1" and f.get("role") != "id")
    for name, unit in zip(names[:pick(severity, len(names), 2, 1)],
                          ["arb. units (see paper)", "deg C??", "counts per whatever"] * len(names)):
        set_unit(folder, name, unit)
    folder.store()


@defect("C12", "columns of the dictionary were mixed up")
def unit_of_another_quantity(folder, severity, rng):
    table = folder.table
    names = table.names(lambda f: f.get("quantity") and f.get("unit") and f["unit"] not in ("1", "count"))
    names = names[:pick(severity, len(names), 2, 1)]
    if not names:
        raise NotApplicable("no field with quantity and unit")
    for name in names:
        set_unit(folder, name, {"K": "Pa", "Pa": "K", "eV": "angstrom", "angstrom": "eV", "degree": "s", "s": "degree",
                                "m": "kg", "mA": "V"}.get(table.field(name)["unit"], "mol"))
    folder.store()


@defect("C13", "files of one instrument use another unit than those of the others")
def units_differ_between_files(folder, severity, rng):
    table = folder.table
    if table.is_text or len(table.parts) < 2:
        raise NotApplicable("no units in files, or one file")
    name, unit, factor = first(((f["name"], *{"angstrom": ("nm", 0.1), "eV": ("keV", 1e-3), "degree": ("radian", 0.0174533),
                                              "K": ("mK", 1e3), "m": ("mm", 1e3), "mm": ("m", 1e-3)}[f["unit"]])
                                for f in table.spec["fields"] if not f.get("shape")
                                and f.get("unit") in ("angstrom", "eV", "degree", "K", "m", "mm")), "field with a unit")
    chosen = table.parts[:pick(severity, max(1, len(table.parts) // 2), 1, 1)]
    if severity == "slight":
        chosen = [min(table.parts, key=len)]
    for part in chosen:
        part.columns[name] = (part.columns[name] * factor).astype(part.columns[name].dtype)
    set_unit(folder, name, unit, chosen)
    folder.store()


@defect("C14 C37 C19", "some runs were entered in another unit, and nothing says so")
def silent_other_unit(folder, severity, rng):
    table = folder.table
    name = first((n for q in ("temperature", "energy", "wavelength") for n in table.names(
        lambda f, q=q: f.get("quantity") == q and not f.get("shape") and "most" in f)), "temperature or energy")
    values = table.numbers(name)
    rows = some(rng, numpy.flatnonzero(numpy.isfinite(values)), pick(severity, 0.3, 0.05, 0.005), 2)
    kind = table.field(name)["quantity"]
    new = values[rows] - 273.15 if kind == "temperature" else values[rows] / 1000 if kind == "energy" else values[rows] / 10
    least = table.field(name).get("least", -1e300)
    if not (new < least).any():
        new = values[rows] * 10
    table.change(name, rows, [float(v) for v in new])
    folder.store()


@defect("C14 C19 C16", "a sensor was unplugged or a digit too many was typed")
def out_of_range(folder, severity, rng):
    table = folder.table
    name = plain_number(table)
    most = table.field(name)["most"]
    rows = rows_of(table, rng, pick(severity, 0.1, 0.01, 0))
    table.change(name, rows, [float(most * rng.uniform(2, 12) + 1) for _ in rows])
    folder.store()


@defect("C14", "the declared range was that of the first runs")
def range_is_stale(folder, severity, rng):
    table = folder.table
    name = plain_number(table)
    values = table.numbers(name)
    most = float(numpy.nanquantile(values, pick(severity, 0.5, 0.95, 0.995)))
    if not (values > most).any():
        raise NotApplicable("a field of few values")
    table.field(name)["most"] = max(most, table.field(name).get("least", most))
    folder.store()


@defect("C15", "the detector was saturated and nobody masked it")
def saturated(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    if not table.field(name).get("saturation"):
        raise NotApplicable("no saturation value")
    frames = table.get(name)
    for row in rows_of(table, rng, pick(severity, 0.4, 0.08, 0.01), 3):
        flat = frames[row].reshape(-1)
        flat[numpy.argsort(flat)[-pick(severity, 60, 20, 6):]] = table.field(name)["saturation"]
    table.put(name, frames)
    folder.store()


@defect("C15 C18 C14 C16", "the mask got lost, so that dead pixels count as dark ones")
def mask_lost(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    mask = table.field(name).get("mask") or first((), "mask")
    for part in table.parts[:pick(severity, len(table.parts), max(1, len(table.parts) // 2), 1)]:
        values = part.rest[mask]["values"] if mask in part.rest and "values" in part.rest[mask] else part.columns[mask]
        values[...] = 1
    folder.store()


@defect("C16", "a division by zero in the reduction")
def not_a_number(folder, severity, rng):
    table = folder.table
    if table.is_text:
        name = plain_number(table)
        table.change(name, rows_of(table, rng, pick(severity, 0.2, 0.02, 0)), ["inf"] * len(table))
        folder.store()
        return
    name = array_feature(table)
    values = table.get(name)
    if values.dtype.kind != "f":
        raise NotApplicable("whole numbers")
    for row in rows_of(table, rng, pick(severity, 0.2, 0.02, 0)):
        at = rng.integers(0, values[row].size, size=pick(severity, 50, 5, 1))
        values[row].reshape(-1)[at] = [numpy.nan, numpy.inf][int(row) % 2]
    table.put(name, values)
    folder.store()


@defect("C16 C14", "a program writes -999 where it has no value")
def undeclared_fill_value(folder, severity, rng):
    table = folder.table
    name = plain_number(table)
    table.change(name, rows_of(table, rng, pick(severity, 0.2, 0.03, 0), 2), [-999.0] * len(table))
    folder.store()


@defect("C16 C14 C15", "too much background was subtracted from counts")
def negative_counts(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    values = table.get(name)
    wide = values.astype("float64")
    for row in rows_of(table, rng, pick(severity, 0.5, 0.05, 0), 2):
        wide[row] -= numpy.quantile(wide[row], pick(severity, 0.6, 0.3, 0.1)) + 1
    table.put(name, wide.astype("int64").astype(values.dtype) if values.dtype.kind in "iu" else wide.astype(values.dtype))
    folder.store()


@defect("C17 C16", "values are missing more often than said")
def missing_more_than_said(folder, severity, rng):
    table = folder.table
    about = first((f for f in sorted(table.spec["fields"], key=lambda f: not f.get("missing")) if table.is_number(f)
                   and f.get("role", "other") in ("feature", "other") and (table.is_text or "float" in f["dtype"])),
                  "number field that can be missing")
    share = about.get("missing", 0) + pick(severity, 0.4, 0.1, 0.03)
    rows = rows_of(table, rng, min(share, 0.9))
    table.change(about["name"], rows, [None if table.is_text else float("nan")] * len(rows))
    folder.store()


@defect("C17", "a field may be missing, and nobody says why")
def missing_without_reason(folder, severity, rng):
    fields = [f for f in folder.spec["fields"] if f.get("missing")]
    if not fields:
        raise NotApplicable("no field may be missing")
    for about in fields[:pick(severity, len(fields), 1, 1)]:
        about.pop("missing_because", None)
        if severity == "slight":
            about["missing_because"] = " "
    folder.store()


@defect("C18", "the shutter was closed or the detector did not answer")
def empty_frames(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    values = table.get(name)
    values[rows_of(table, rng, pick(severity, 0.2, 0.02, 0), 2)] = 0
    table.put(name, values)
    folder.store()


@defect("C18", "the read-out hung and gave one value for a whole record")
def stuck_readout(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    values = table.get(name)
    for row in rows_of(table, rng, pick(severity, 0.2, 0.02, 0), 2):
        values[row] = int(numpy.median(values[row])) + 1
    table.put(name, values)
    folder.store()


@defect("C19 C14 C46", "an amplifier stood on another range for some records")
def gain_jump(folder, severity, rng):
    name, table = with_arrays(folder.table), folder.table
    values = table.get(name)
    limit = float(numpy.iinfo(values.dtype).max) * 0.9 if values.dtype.kind in "iu" else 1e30
    largest = float(values.max())
    for row in rows_of(table, rng, pick(severity, 0.05, 0.01, 0), 2):
        factor = pick(severity, 100, 30, 30) * largest / max(1.0, float(values[row].max()))
        values[row] = numpy.minimum(values[row].astype(float) * factor, limit).astype(values.dtype)
    table.put(name, values)
    folder.store()


# ---- axes and times ---------------------------------------------------------------------------------------------------

def axes(folder):
    """Return (part, name) of every axis, shared or a field of records."""
    table = folder.table
    names = [f["name"] for key in ("fields", "shared") for f in table.spec.get(key, []) if f.get("role") == "axis"]
    if not names:
        raise NotApplicable("no axis")
    return [(part, names[0]) for part in table.parts]


def axis_values(part, name):
    return part.columns[name] if name in part.columns else part.rest[name]["values"]


def disordered(line, severity):
    """Change one axis in place: a third of it reversed, two points exchanged, or one point there twice."""
    n = len(line)
    if severity == "severe":
        line[n // 3:2 * n // 3] = line[n // 3:2 * n // 3][::-1].copy()
    elif severity == "moderate":
        line[n // 2], line[n // 2 + 1] = line[n // 2 + 1], line[n // 2]
    else:
        line[n // 2] = line[n // 2 + 1]


@defect("C20", "two scans were joined in the wrong order")
def axis_not_ascending(folder, severity, rng):
    for part, name in axes(folder)[:pick(severity, 99, 99, 1)]:
        lines = axis_values(part, name)
        lines = lines.reshape(-1, lines.shape[-1])
        for i in range(0, len(lines), pick(severity, 1, 10, 10 ** 6)):
            disordered(lines[i], severity)
    folder.store()


@defect("C20", "an encoder failed and left gaps in the axis")
def axis_not_finite(folder, severity, rng):
    for part, name in axes(folder)[:pick(severity, 99, 1, 1)]:
        lines = axis_values(part, name)
        lines = lines.reshape(-1, lines.shape[-1])
        lines[:pick(severity, len(lines), 3, 1), 5:5 + pick(severity, 50, 3, 1)] = numpy.nan
    folder.store()


@defect("C21", "one file was made after a new calibration, and its axis is another")
def axis_differs_between_files(folder, severity, rng):
    found = axes(folder)
    if found[0][1] in found[0][0].columns or len(found) < 2:
        raise NotApplicable("each record has its own axis, or there is one file only")
    for part, name in found[1:1 + pick(severity, len(found), 1, 1)]:
        lines = axis_values(part, name)
        lines += pick(severity, 20, 2, 0.3) * (lines[..., 1:2] - lines[..., :1])
    folder.store()


@defect("C22", "the motor did not move in equal steps as the dictionary says")
def axis_not_uniform(folder, severity, rng):
    table = folder.table
    about = first((f for key in ("fields", "shared") for f in table.spec.get(key, []) if f.get("is_uniform")), "uniform axis")
    for part in table.parts:
        lines = axis_values(part, about["name"])
        way = numpy.linspace(0, 1, lines.shape[-1])
        span = lines[..., -1:] - lines[..., :1]
        lines += pick(severity, 0.1, 0.01, 0.0005) * span * way * (1 - way)
    folder.store()


@defect("C23", "times were written without a zone")
def zone_missing(folder, severity, rng):
    table = folder.table
    name = first(table.of_role("time"), "time")
    texts = table.texts(name)
    there = [i for i, t in enumerate(texts) if t]
    rows = some(rng, there, pick(severity, 1, 0.1, 0), 1)
    table.change(name, rows, [texts[r][:19] for r in rows])
    folder.store()


@defect("C23 C14 C32", "a controller lost its clock, or times were typed")
def clock_lost(folder, severity, rng):
    table = folder.table
    name = first(table.of_role("time"), "time")
    rows = rows_of(table, rng, pick(severity, 0.3, 0.03, 0))
    table.change(name, rows, [pick(severity, "24/11/26 8.30 pm", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z")] * len(rows))
    folder.store()


@defect("C21 C05 C20", "an axis is given for other arrays than those that are there")
def axis_too_short(folder, severity, rng):
    found = axes(folder)
    for part, name in found[:pick(severity, 99, 1, 1)]:
        cut = pick(severity, 10, 3, 2)
        if name in part.columns:
            part.columns[name] = part.columns[name][..., :-cut]
        else:
            part.rest[name]["values"] = part.rest[name]["values"][..., :-cut]
    folder.store()
