"""Defects of what stands beside the data: dictionary, Croissant, DataCite, provenance, licence, card, access."""
import json
import re

from defects import NotApplicable, class_label, defect, first, pick, split_names


@defect("C06", "the Croissant file was edited by hand")
def croissant_broken(folder, severity, rng):
    text = folder.text("croissant.json")
    if severity == "severe":
        folder.write_text("croissant.json", text[:len(text) * 2 // 3])
        return
    value = json.loads(text)
    if severity == "moderate":
        value.pop("conformsTo", None)
        value.pop("name", None)
    else:
        value["distribution"][0].pop("encodingFormat")
    folder.write_json("croissant.json", value)


@defect("C06 C02 C57", "the Croissant file names files that are not there, or lacks their checksums")
def croissant_dangles(folder, severity, rng):
    value = folder.read_json("croissant.json")
    files = [f for f in value["distribution"] if f["@type"] == "cr:FileObject"]
    for entry in files[:pick(severity, len(files), 2, 1)]:
        if severity == "slight":
            entry.pop("sha256")
        else:
            entry["contentUrl"] = "data/" + entry["contentUrl"]
    folder.write_json("croissant.json", value)


@defect("C06", "a field of a Croissant record set points at nothing")
def croissant_field_dangles(folder, severity, rng):
    value = folder.read_json("croissant.json")
    fields = [f for r in value.get("recordSet", []) for f in r.get("field", []) if "source" in f]
    if not fields:
        raise NotApplicable("no record sets")
    for entry in fields[:pick(severity, len(fields), 2, 1)]:
        if severity == "moderate":
            entry["dataType"] = "sc:Number42"
        else:
            key = next(k for k in entry["source"] if k in ("fileObject", "fileSet", "recordSet"))
            entry["source"][key] = {"@id": "nowhere.csv"}
    folder.write_json("croissant.json", value)


@defect("C07", "the DataCite record was typed into another form")
def datacite_invalid(folder, severity, rng):
    if not (folder.path / "datacite.xml").is_file():
        raise NotApplicable("no DataCite record")
    text = folder.text("datacite.xml")
    if severity == "severe":
        text = text.replace("</titles>", "")
    elif severity == "moderate":
        text = re.sub(r"\s*<creators>.*?</creators>", "", text, flags=re.S)
    else:
        text = re.sub(r"<publicationYear>\d+<", "<publicationYear>26<", text)
    folder.write_text("datacite.xml", text)


@defect("C07 C51", "the DataCite record uses words of its own")
def datacite_vocabulary(folder, severity, rng):
    if not (folder.path / "datacite.xml").is_file():
        raise NotApplicable("no DataCite record")
    text = folder.text("datacite.xml")
    text = {"severe": lambda t: re.sub(r"\s*<publisher.*?</publisher>", "", t, flags=re.S),
            "moderate": lambda t: re.sub(r'resourceTypeGeneral="\w+"', 'resourceTypeGeneral="AI data"', t),
            "slight": lambda t: re.sub(r'dateType="\w+"', 'dateType="Published"', t)}[severity](text)
    folder.write_text("datacite.xml", text)


@defect("C52", "fields were added, and the dictionary forgotten")
def dictionary_lacks_fields(folder, severity, rng):
    table = folder.table
    tied = {value for p in folder.dictionary.get("physics", []) for value in p["parts"].values()}
    spare = [f for f in table.spec["fields"] if f.get("role", "other") == "other" and f["name"] not in tied
             and not any(g.get(k) == f["name"] for g in table.spec["fields"] for k in ("axis_row", "sigma", "mask"))]
    for about in spare[-pick(severity, len(spare), 2, 1):]:
        table.spec["fields"].remove(about)
    folder.save_dictionary()


@defect("C52 C05", "the dictionary was copied from a similar data set")
def dictionary_has_extra_fields(folder, severity, rng):
    for i in range(pick(severity, 8, 2, 1)):
        folder.spec["fields"].append({"name": ["humidity", "slit_width", "attenuator", "mirror_pitch", "ring_mode", "filter",
                                               "undulator_gap", "shutter"][i], "dtype": "float32", "unit": "1",
                                      "description": "setting of the beamline", "origin": "measured"})
    folder.save_dictionary()


@defect("C52 C11 C51 C60", "fields have no description that says anything")
def fields_undescribed(folder, severity, rng):
    fields = folder.spec["fields"]
    for about in fields[-pick(severity, len(fields), 3, 1):]:
        about["description"] = ""
    folder.save_dictionary()


@defect("C53", "provenance goes round in a circle, or leads nowhere")
def provenance_broken(folder, severity, rng):
    value = folder.read_json("provenance.json")
    if severity == "severe":
        for link in list(value.get("wasDerivedFrom", {}).values()):
            link["prov:generatedEntity"], link["prov:usedEntity"] = link["prov:usedEntity"], link["prov:usedEntity"]
        derived = value.setdefault("wasDerivedFrom", {})
        names = list(value["entity"])[:2]
        derived["hutch:back"] = {"prov:generatedEntity": names[0], "prov:usedEntity": names[1]}
        derived["hutch:forth"] = {"prov:generatedEntity": names[1], "prov:usedEntity": names[0]}
    elif severity == "moderate":
        value["wasAssociatedWith"] = {}
        value["agent"] = {}
    else:
        link = first(value["used"].values(), "inputs")
        link["prov:entity"] = "hutch:not-there"
    folder.write_json("provenance.json", value)


@defect("C53", "inputs were not kept track of by checksum, nor programs by version")
def provenance_without_hashes(folder, severity, rng):
    value = folder.read_json("provenance.json")
    used = {u["prov:entity"] for u in value.get("used", {}).values()}
    hashed = [name for name in used if "hutch:sha256" in value["entity"].get(name, {})]
    if not hashed:
        raise NotApplicable("no hashes of inputs")
    for name in sorted(hashed)[:pick(severity, len(hashed), max(1, len(hashed) // 2), 1)]:
        value["entity"][name].pop("hutch:sha256")
    if severity == "severe":
        for agent in value["agent"].values():
            agent["prov:label"] = "script"
            agent.pop("hutch:version", None)
    folder.write_json("provenance.json", value)


def has_orcid(folder, names):
    return any("0000-000" in folder.text(n) for n in names if (folder.path / n).is_file())


@defect("C54", "identifiers were copied with a slip of the finger")
def identifier_mistyped(folder, severity, rng):
    names = [n for n in ("datacite.xml", "croissant.json", "dictionary.json", "card.md") if (folder.path / n).is_file()]
    done = 0
    for name in names:
        text = folder.text(name)
        new = re.sub(r"0000-000(\d)-(\d{4})-(\d{3})([\dX])", lambda m: m[0][:-1] + ("5" if m[4] != "5" else "6"), text)
        if severity == "severe":
            new = re.sub(r"\b10\.\d{4,9}/", "doi-10-", new)
        done += new != text
        folder.write_text(name, new)
        if done and severity == "slight":
            break
    if not done:
        raise NotApplicable("no identifiers")
    folder.dictionary = folder.read_json("dictionary.json")


def set_licence(folder, new, names=("croissant.json", "card.md", "datacite.xml", "recipe.yaml", "dictionary.json")):
    found = re.search(r"^\| Licence \| (\S+) \|", folder.text("card.md"), flags=re.M)
    if not found:
        raise NotApplicable("the card names no licence")
    old, changed = found[1], 0
    for name in names:
        if (folder.path / name).is_file() and old in folder.text(name):
            folder.write_text(name, folder.text(name).replace(f"https://spdx.org/licenses/{old}.html", new).replace(old, new))
            changed += 1
    if not changed:
        raise NotApplicable("no licence that can be replaced")
    folder.dictionary = folder.read_json("dictionary.json")
    for path in folder.path.rglob("*.h5"):
        import h5py
        with h5py.File(path, "r+") as file:
            if "licence" in file.attrs:
                file.attrs["licence"] = new.encode()


@defect("C55", "the licence is a sentence, not a licence")
def licence_in_words(folder, severity, rng):
    set_licence(folder, pick(severity, "please ask before use", "Creative Commons", "CC BY 4"))


@defect("C55", "inputs were under a licence that forbids what the set allows")
def licence_of_inputs_forbids(folder, severity, rng):
    value = folder.read_json("provenance.json")
    inputs = [e for e in value["entity"].values() if "hutch:licence" in e]
    if not inputs:
        raise NotApplicable("no inputs with a licence")
    licence = pick(severity, "CC-BY-NC-ND-4.0", "CC-BY-NC-4.0", "CC-BY-SA-4.0")
    for entry in inputs if severity == "severe" else inputs[:1]:
        entry["hutch:licence"] = licence
    folder.write_json("provenance.json", value)
    croissant = folder.read_json("croissant.json")
    for entry in croissant.get("isBasedOn", [])[:99 if severity == "severe" else 1]:
        entry["license"] = f"https://spdx.org/licenses/{licence}.html"
    folder.write_json("croissant.json", croissant)


def card_replaced(folder, pattern, new, count=1):
    text = folder.text("card.md")
    made, done = re.subn(pattern, new, text, count=count, flags=re.M | re.S)
    if not done:
        raise NotApplicable("the card has no such part")
    folder.write_text("card.md", made)


@defect("C57 C60", "the example in the card was never run")
def example_does_not_run(folder, severity, rng):
    if severity == "severe":
        card_replaced(folder, r"```python\n.*?```", "```python\nimport hutch_loader_of_old\nhutch_loader_of_old.open()\n```")
    elif severity == "moderate":
        card_replaced(folder, r'(```python\n.*?")(shards/|records)', r"\1data/\2")
    else:
        card_replaced(folder, r"(```python\n.*?\n)(record|rows)( = )", r"\1\2\3file2 or ")


@defect("C58", "the throughput was promised by somebody who never measured it")
def throughput_promised(folder, severity, rng):
    folder.dictionary["samples_per_second"] = pick(severity, 1e12, 1e10, 1e9)
    folder.save_dictionary()


PRIVATE = ["Please call Maria Schneider, +49 170 5550123, maria.schneider@neutronenquelle-neustadt.de, about sample 12",
           "contact maria.schneider@neutronenquelle-neustadt.de", "measured by m.schneider@neutronenquelle-neustadt.de"]


@defect("C59", "comments name people, their phones and addresses")
def personal_data(folder, severity, rng):
    table = folder.table
    texts = table.names(lambda f: f["dtype"].startswith("utf8") and f.get("role", "other") == "other"
                        and not f.get("values") and not f.get("vocabulary") and not f.get("references"))
    name = first(texts, "free text")
    count = pick(severity, len(table) // 4, 3, 1)
    if table.field(name)["dtype"] != "utf8":
        table.field(name)["dtype"] = f"utf8[{max(map(len, PRIVATE))}]"
    rows = sorted(rng.choice(len(table), size=count, replace=False))
    table.change(name, rows, [PRIVATE[pick(severity, 0, 1, 2)]] * count)
    if not table.is_text:  # fixed widths stay the same in all files
        width = max(part.columns[name].dtype.itemsize for part in table.parts)
        table.field(name)["dtype"] = f"utf8[{width}]"
    folder.store()


@defect("C59", "headers of files carry the name and address of who was at the beamline")
def personal_data_in_headers(folder, severity, rng):
    table = folder.table
    if table.is_text:
        raise NotApplicable("no headers")
    for part in table.parts[:pick(severity, 99, 2, 1)]:
        part.rest[""]["attributes"]["operator"] = PRIVATE[pick(severity, 0, 1, 2)]
    folder.store()


@defect("C60", "the card tells numbers of an earlier version")
def card_is_stale(folder, severity, rng):
    records = folder.spec["records"]
    if severity == "severe":
        card_replaced(folder, rf"^\| {records:,} \|", f"| {2 * records:,} |")
    else:
        name = split_names(folder)[-1]
        count = folder.dictionary["splits"][name]
        card_replaced(folder, rf"^\| {name} \| {count:,} \|", f"| {name} | {count + pick(severity, 0, 25, 1):,} |")


@defect("C60", "the card is a page with a title")
def card_incomplete(folder, severity, rng):
    for heading in pick(severity, ["Fields", "Splits", "Sources", "Responsible use", "Files", "Open it"],
                        ["Fields", "Splits"], ["Splits"]):
        card_replaced(folder, rf"^## {heading}\n.*?(?=^## |\Z)", "")


@defect("C61", "nobody says what the data are for, where they fail, or whom to ask")
def responsible_use_missing(folder, severity, rng):
    folder.dictionary.pop("attestations", None)
    folder.save_dictionary()
    croissant = folder.read_json("croissant.json")
    for key in [k for k in croissant if k.startswith("rai:")][:pick(severity, 99, 3, 0)]:
        croissant.pop(key)
    folder.write_json("croissant.json", croissant)
    card_replaced(folder, r"^### (Use cases|Intended use)\n.*?(?=^##)" if severity == "slight" else
                  r"^## Responsible use\n.*?(?=^## |\Z)" if severity == "severe" else r"^### Biases\n.*?(?=^##)", "")


@defect("C31 C60 C32", "the dictionary promises classes that the data have not")
def classes_promised(folder, severity, rng):
    about = folder.table.field(class_label(folder.table))
    if not about.get("values") or not isinstance(about["values"][0], str):
        raise NotApplicable("no list of classes")
    number = about["values"][0].lstrip("-").isdigit()
    about["values"] = about["values"] + [str(50 + i) if number else f"class_{i}" for i in range(pick(severity, 20, 3, 1))]
    folder.save_dictionary()


@defect("C51", "packages of metadata were left empty")
def metadata_missing(folder, severity, rng):
    items = folder.dictionary.get("metadata", [])
    if not items:
        raise NotApplicable("no metadata items")
    names = sorted({i["package"] for i in items})
    gone = names[:pick(severity, len(names), 2, 1)]
    folder.dictionary["metadata"] = [i for i in items if i["package"] not in gone]
    folder.save_dictionary()


@defect("C51", "a program guessed metadata, and nobody looked at them")
def metadata_guessed(folder, severity, rng):
    items = folder.dictionary.get("metadata", [])
    if not items:
        raise NotApplicable("no metadata items")
    for item in items[:pick(severity, len(items), 4, 1)]:
        item.update(origin="inferred", confidence=0.3)
        item.pop("reviewer", None)
    folder.save_dictionary()


@defect("C56", "the embargo ends in the future, and the state says open")
def embargo_contradicts(folder, severity, rng):
    items = folder.dictionary.get("metadata", [])
    state = [i for i in items if i["package"] == "access" and i["name"] == "state"]
    if not state:
        raise NotApplicable("no access state")
    if severity == "severe":
        state[0]["value"] = "embargoed"
    items.append({"package": "access", "name": "embargo_until", "value": pick(severity, "2019-01-01", "2039-01-01", "2027-06-31"),
                  "origin": "declared"})
    folder.save_dictionary()


@defect("C57", "a way to the data is announced, and leads nowhere")
def access_path_broken(folder, severity, rng):
    access = folder.dictionary.setdefault("access", [])
    for kind, url in [("file", "data/all.tar"), ("loader", "old_shards"), ("file", "records.parquet")][
            :pick(severity, 3, 2, 1)]:
        access.append({"kind": kind, "url": url})
    folder.save_dictionary()
