"""Read and change a data set that a dictionary.json describes, and make its documents agree with its files again."""
import csv
import fnmatch
import hashlib
import io
import json
import pathlib
import re
import shutil

import h5py
import numpy

TEXTS = ["provenance.json", "dictionary.json", "datacite.xml", "card.md", "card.html", "croissant.json"]


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def to_json(value):
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def size_text(size):
    """Return a size as the data card prints it."""
    for limit, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= limit:
            number = size / limit
            return f"{number:.1f} {unit}" if number < 9.95 else f"{number:.0f} {unit}"
    return f"{size} B"


class Part:
    """The records of one file: columns by name, one entry a record, and what all records share."""

    def __init__(self, path, split, columns, rest=None):
        self.path, self.split, self.columns, self.rest = path, split, columns, rest or {}

    def __len__(self):
        return len(next(iter(self.columns.values()))) if self.columns else 0


def read_hdf5(path, shared):
    columns, rest = {}, {"": {"attributes": None}}
    with h5py.File(path) as file:
        rest[""]["attributes"] = dict(file.attrs)
        arrays = {}
        file.visititems(lambda name, item: arrays.__setitem__(name, item) if isinstance(item, h5py.Dataset) else None)
        heads = [item.shape[0] for name, item in arrays.items() if name not in shared and item.ndim]
        records = max(set(heads), key=heads.count)
        for name, item in arrays.items():
            rest[name] = {"attributes": dict(item.attrs), "compression": item.compression, "chunks": item.chunks}
            is_column = name not in shared and item.ndim and item.shape[0] == records
            (columns if is_column else rest[name])[name if is_column else "values"] = item[()]
    return columns, rest


def write_hdf5(part):
    part.path.unlink(missing_ok=True)
    with h5py.File(part.path, "w", libver="latest", track_order=True) as file:
        for key, value in part.rest.get("", {}).get("attributes", {}).items():
            file.attrs[key] = value
        names = list(dict.fromkeys([*part.rest, *part.columns]))
        for name in names:
            about = part.rest.get(name, {})
            values = part.columns.get(name, about.get("values"))
            if not name or values is None:
                continue
            values = numpy.asarray(values)
            if values.dtype == object:
                values = numpy.array([v if isinstance(v, bytes) else str(v).encode() for v in values])
            how = {}
            if about.get("compression") and values.ndim:
                how = {"compression": about["compression"], "chunks": (min(32, len(values)), *values.shape[1:])}
            item = file.create_dataset(name, data=values, **how)
            for key, value in about.get("attributes", {}).items():
                item.attrs[key] = value


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    return {name: numpy.array([row[i] for row in rows[1:]], dtype=object) for i, name in enumerate(rows[0])}


def write_csv(part):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(part.columns)
    writer.writerows(zip(*part.columns.values()))
    part.path.write_text(text.getvalue(), encoding="utf-8")


def read_jsonl(path):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {}
    for name in names:
        columns[name] = numpy.empty(len(rows), dtype=object)
        columns[name][:] = [row.get(name) for row in rows]
    return columns


def plain(value):
    """Return a value as JSON can say it."""
    if isinstance(value, numpy.generic):
        value = value.item()
    if isinstance(value, numpy.ndarray):
        return [plain(v) for v in value]
    return None if isinstance(value, float) and value != value else value


def write_jsonl(part):
    rows = zip(*part.columns.values())
    lines = [json.dumps({k: plain(v) for k, v in zip(part.columns, row)}, ensure_ascii=False) for row in rows]
    part.path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Table:
    """All records of one table of the dictionary, in memory; `store` writes what was changed."""

    def __init__(self, folder, spec):
        self.folder, self.spec, self.parts = folder, spec, []
        shared = {field["name"] for field in spec.get("shared", [])}
        for path, split in folder.files_of(spec):
            if spec["format"] == "hdf5":
                self.parts.append(Part(path, split, *read_hdf5(path, shared)))
            else:
                self.parts.append(Part(path, split, (read_csv if spec["format"] == "csv" else read_jsonl)(path)))

    def __len__(self):
        return sum(len(part) for part in self.parts)

    @property
    def is_text(self):
        return self.spec["format"] in ("csv", "jsonl")

    def field(self, name):
        return next(f for key in ("fields", "shared") for f in self.spec.get(key, []) if f["name"] == name)

    def of_role(self, *roles):
        """Return the names of the fields of these roles, in their order."""
        return [f["name"] for f in self.spec["fields"] if f.get("role", "other") in roles]

    def names(self, test):
        return [f["name"] for f in self.spec["fields"] if test(f)]

    def is_number(self, field):
        return not field.get("dtype", "").startswith(("utf8", "bool")) and not field.get("shape")

    def is_array(self, field):
        return bool(field.get("shape"))

    def get(self, name):
        return numpy.concatenate([part.columns[name] for part in self.parts])

    def numbers(self, name):
        """Return a column as float64; what is missing is NaN."""
        values = self.get(name)
        if values.dtype != object:
            return values.astype(float)
        return numpy.array([float("nan") if v in ("", None) else float(v) for v in values])

    def texts(self, name):
        return [v.decode() if isinstance(v, bytes) else str(v) for v in self.get(name)]

    def starts(self):
        return numpy.cumsum([0] + [len(part) for part in self.parts])

    def put(self, name, values):
        """Replace a column; types stay as the file has them."""
        for part, begin, end in zip(self.parts, self.starts(), self.starts()[1:]):
            part.columns[name] = values[begin:end]

    def change(self, name, rows, values):
        """Replace the entries of some records; numbers are written as the file writes them."""
        column = self.get(name).copy()
        if column.dtype.kind == "S":
            new = [str(v).encode() for v in values[:len(rows)]]
            column = column.astype(f"S{max([column.dtype.itemsize, *map(len, new)])}")
            column[rows] = new
        elif column.dtype == object:
            for row, value in zip(rows, values):
                value = plain(value)
                if self.spec["format"] == "csv":
                    value = "" if value is None else repr(value) if isinstance(value, float) else str(value)
                column[row] = value
        else:
            column[rows] = values[:len(rows)]
        self.put(name, column)

    def copy_record(self, source, target, names=None):
        """Overwrite what `target` holds by what `source` does."""
        for name in names or self.parts[0].columns:
            column = self.get(name).copy()
            column[target] = column[source]
            self.put(name, column)

    def splits(self):
        """Return the split of each record, whether its file or a field says it."""
        names = self.of_role("split")
        if names:
            return numpy.array(self.texts(names[0]))
        return numpy.concatenate([[part.split] * len(part) for part in self.parts])

    def take(self, index, rows):
        """Keep these rows of one file, in this order."""
        part = self.parts[index]
        part.columns = {name: values[rows] for name, values in part.columns.items()}

    def store(self):
        writers = {"hdf5": write_hdf5, "csv": write_csv, "jsonl": write_jsonl}
        for part in self.parts:
            writers[self.spec["format"]](part)


class DatasetFolder:
    """A data set on disk, its dictionary, and its documents."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.dictionary = json.loads((self.path / "dictionary.json").read_text())
        self.tables = {}

    @classmethod
    def copy(cls, source, target):
        shutil.copytree(source, target, symlinks=False)
        for path in pathlib.Path(target).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return cls(target)

    def files_of(self, spec):
        """Return the files of a table with their splits, ascending by path."""
        found = {}
        for files in spec["files"]:
            for path in sorted(self.path.rglob("*")):
                name = path.relative_to(self.path).as_posix()
                if path.is_file() and fnmatch.fnmatch(name, files["path"]) and name.count("/") == files["path"].count("/"):
                    found[name] = (path, files.get("split", ""))
        return [found[name] for name in sorted(found)]

    @property
    def spec(self):
        return self.dictionary["tables"][0]

    @property
    def table(self):
        """The first table, read when first asked for."""
        name = self.spec["name"]
        if name not in self.tables:
            self.tables[name] = Table(self, self.spec)
        return self.tables[name]

    def read_json(self, name):
        return json.loads((self.path / name).read_text())

    def write_json(self, name, value):
        (self.path / name).write_text(to_json(value), encoding="utf-8")

    def text(self, name):
        return (self.path / name).read_text(encoding="utf-8")

    def write_text(self, name, text):
        (self.path / name).write_text(text, encoding="utf-8")

    def store(self):
        """Write changed tables and the dictionary, so far as they are in memory."""
        for table in self.tables.values():
            table.store()
        self.save_dictionary()

    def save_dictionary(self):
        self.write_json("dictionary.json", self.dictionary)

    def recount(self, label):
        """Make the numbers of records, groups and classes in the documents those of the table in memory."""
        table, manifest, card = self.table, self.read_json("manifest.json"), self.text("card.md")
        splits, labels = table.splits(), numpy.array(table.texts(label))
        groups = numpy.array(table.texts(table.of_role("group")[0]))
        old_total, total = self.spec["records"], len(table)
        held = {part.path.relative_to(self.path).as_posix(): len(part) for part in table.parts}
        for entry in manifest["files"]:
            if entry["records"] and entry["path"] in held:
                card = card.replace(f"| `{entry['path']}` | {entry['split']} | {entry['records']} |",
                                    f"| `{entry['path']}` | {entry['split']} | {held[entry['path']]} |")
                entry["records"] = held[entry["path"]]
        manifest["records"] = self.spec["records"] = total
        names = list(self.dictionary["splits"])
        self.dictionary["splits"] = {name: int((splits == name).sum()) for name in names}
        of_groups = {name: len(set(groups[splits == name])) for name in names}
        card = re.sub(rf"^\| {old_total:,} \| [\d,]+ \|", f"| {total:,} | {sum(of_groups.values()):,} |", card, flags=re.M)
        for name, count in self.dictionary["splits"].items():
            card = re.sub(rf"^\| {name} \| [\d,]+ \| [\d.]+ % \| [\d,]+ \|",
                          f"| {name} | {count:,} | {100 * count / total:.1f} % | {of_groups[name]:,} |", card, flags=re.M)
        for value in sorted(set(re.findall(r"^\| ([^|]+?) \|(?: [\d,]+ \|)+$", card, flags=re.M)) & set(
                f.strip() for f in self._classes(card, label))):
            counts = [int(((labels == value) & (splits == name)).sum()) for name in names]
            card = re.sub(rf"^\| {re.escape(value)} \|(?: [\d,]+ \|)+$",
                          f"| {value} | {' | '.join(f'{c:,}' for c in counts)} | {sum(counts):,} |", card, flags=re.M)
        datacite = self.text("datacite.xml").replace(f"<size>{old_total} records</size>", f"<size>{total} records</size>")
        self.write_text("datacite.xml", datacite)
        self.write_text("card.md", card)
        self.write_json("manifest.json", manifest)
        self._recount_croissant(held)

    @staticmethod
    def _classes(card, label):
        """Return the classes that the card counts for a label."""
        found = re.search(rf"^### Records per {re.escape(label)} and split\n(.*?)(?=^##)", card, flags=re.M | re.S)
        return re.findall(r"^\| ([^|]+?) \| \d", found[1], flags=re.M) if found else []

    def _recount_croissant(self, held):
        croissant = self.read_json("croissant.json")
        for entry in croissant["distribution"]:
            if entry["@id"] in held:
                entry["description"] = re.sub(r"^\d+", str(held[entry["@id"]]), entry["description"])
        self.write_json("croissant.json", croissant)

    def seal(self):
        """Make checksums and sizes in all documents those of the files again."""
        manifest = self.read_json("manifest.json")
        for entry in manifest["files"]:
            path = self.path / entry["path"]
            if not path.is_file():
                continue
            new = (path.stat().st_size, sha256_of(path))
            old = (entry["bytes"], entry["sha256"])
            if new != old:
                self._tell(entry["path"], old, new)
            entry["bytes"], entry["sha256"] = new
        self.write_json("manifest.json", manifest)
        listed = [e for e in manifest["files"] if (self.path / e["path"]).is_file()]
        self.write_text("checksums.sha256", "".join(f"{e['sha256']}  {e['path']}\n" for e in listed))

    def _tell(self, name, old, new):
        """Replace size and checksum of one file wherever a document states them."""
        for text_name in TEXTS:
            path = self.path / text_name
            if not path.is_file():
                continue
            text = path.read_text(encoding="utf-8")
            if old[1] not in text:
                continue
            text = text.replace(old[1], new[1])
            line = re.compile(rf"^(\| `{re.escape(name)}` \|.*\| ){re.escape(size_text(old[0]))}( \| `)", re.M)
            text = line.sub(rf"\g<1>{size_text(new[0])}\g<2>", text)
            if text_name == "croissant.json":
                text = re.sub(rf'("contentUrl": "{re.escape(name)}",\s*"contentSize": ")\d+ B', rf"\g<1>{new[0]} B", text)
            path.write_text(text, encoding="utf-8")
