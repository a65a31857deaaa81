"""Write what stands beside the arrays of a clean set: provenance, DataCite, card, Croissant, checksums, manifest."""
import dataclasses
import html

from dataset_folder import sha256_of, size_text, to_json

CONTEXT = {
    "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/", "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: "cr:" + name for name in [
        "annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "excludes", "extract", "field",
        "fileProperty", "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
        "parentField", "recordSet", "references", "regex", "readLines", "repeated", "replace", "samplingRate", "sdVersion",
        "separator", "source", "subField", "transform", "unArchive", "value", "path"]},
    "conformsTo": "dct:conformsTo",
}
ENCODINGS = {".h5": "application/x-hdf5", ".csv": "text/csv", ".jsonl": "application/jsonlines", ".json": "application/json",
             ".xml": "application/xml", ".md": "text/markdown", ".npy": "application/octet-stream"}
def metadata(facts, dictionary, groups):
    """Return the items of the six packages of metadata."""
    family, given, orcid = facts.creator
    splits = ", ".join(f"{name} {count}" for name, count in dictionary["splits"].items())
    declared = [
        ("general", "name", facts.name), ("general", "title", facts.title), ("general", "version", facts.version),
        ("general", "description", facts.description), ("general", "creators", f"{family}, {given} ({orcid})"),
        ("general", "publisher", facts.publisher), ("general", "licence", facts.licence),
        ("general", "identifier", facts.doi), ("general", "date_published", facts.date),
        ("general", "keywords", "; ".join(facts.keywords)), ("general", "citation", facts.citation()),
        ("general", "funding", "Hutch founders"), ("sample", "kind", facts.sample), ("sample", "samples", facts.samples),
        ("sample", "sources", "; ".join(s[0] for s in facts.sources)), ("sample", "composition", facts.composition),
        ("instrument", "techniques", f"{facts.technique.rsplit('/', 1)[1]} {facts.technique_label}"),
        ("instrument", "instruments", facts.instruments), ("instrument", "radiation", facts.radiation),
        ("instrument", "settings", "fields of each record, ranges in this dictionary"),
        ("processing", "software", GENERATOR), ("processing", "method", facts.method),
        ("processing", "inputs", "by checksum in provenance.json"), ("processing", "provenance", "provenance.json"),
        ("processing", "collection", facts.notes["collection"]), ("quality", "records", str(dictionary["tables"][0]["records"])),
        ("quality", "splits", splits), ("quality", "groups", str(sum(groups.values()))),
        ("quality", "uncertainty", facts.uncertainty), ("quality", "limitations", facts.notes["limitations"]),
        ("quality", "biases", facts.notes["biases"]), ("quality", "missing_data", facts.notes["missing data"]),
        ("access", "state", "open"), ("access", "url", facts.url + facts.name), ("access", "conditions", facts.licence),
        ("access", "contact", f"Hutch founders <{facts.contact}>"), ("access", "intended_use", facts.notes["use cases"]),
        ("access", "non_intended_use", facts.notes["non-intended use"]), ("access", "feedback", facts.notes["feedback"])]
    return [{"package": package, "name": name, "value": value,
             "origin": "measured" if name in ("records", "splits", "groups") else "declared"} for package, name, value in declared]


GENERATOR = "clean_sets.py 1.0.0"
NOTES = {"use cases": "rai:dataUseCases", "limitations": "rai:dataLimitations", "biases": "rai:dataBiases",
         "collection": "rai:dataCollection", "annotation": "rai:dataAnnotationProtocol",
         "maintenance": "rai:dataReleaseMaintenancePlan", "personal information": "rai:personalSensitiveInformation",
         "missing data": "rai:dataCollectionMissingData", "social impact": "rai:dataSocialImpact"}
HEADS = {"use cases": "Use cases", "non-intended use": "Non-intended use", "feedback": "Feedback", "limitations": "Limitations", "biases": "Biases", "collection": "How the data were made",
         "annotation": "Annotation", "maintenance": "Maintenance", "personal information": "Personal information",
         "missing data": "Missing data", "social impact": "Social impact"}


@dataclasses.dataclass
class Facts:
    """What documents say that no array holds."""
    name: str
    title: str
    description: str
    keywords: list
    technique: str           # PaNET term
    sources: list            # (label, licence, citation, SHA-256)
    notes: dict
    version: str = "1.0.0"
    licence: str = "CC-BY-4.0"
    date: str = "2026-11-20"
    creator: tuple = ("Carberry", "Josiah", "0000-0002-1825-0097")
    publisher: str = "Hutch founders"
    doi: str = "10.5555/hutch.proof"
    url: str = "https://hutch.invalid/datasets/"
    contact: str = "https://hutch.invalid/contact"
    technique_label: str = "x-ray powder diffraction"
    sample: str = "polycrystalline powder"
    samples: str = "fields sample and formula of each record"
    composition: str = "field formula of each record"
    instruments: str = "field instrument or beamline of each record"
    radiation: str = "xray"
    method: str = "tests/proof/clean_sets.py"
    uncertainty: str = "Poisson counting statistics"
    classes: dict = dataclasses.field(default_factory=dict)  # label -> {split: {class: count}}

    def citation(self):
        return f"{self.creator[0]}, {self.creator[1]} ({self.date[:4]}): {self.name} {self.version}"


def provenance(facts, files, seed):
    whole = f"hutch:{facts.name}-{facts.version}"
    entities = {whole: {"prov:type": "prov:Collection", "prov:label": facts.title, "hutch:version": facts.version,
                        "hutch:seed": seed}}
    relations = {name: [] for name in ("wasGeneratedBy", "wasAssociatedWith", "wasAttributedTo", "used", "hadMember",
                                       "wasDerivedFrom")}
    relations["wasGeneratedBy"].append({"prov:entity": whole, "prov:activity": "hutch:activity"})
    relations["wasAssociatedWith"].append({"prov:activity": "hutch:activity", "prov:agent": "hutch:program"})
    relations["wasAttributedTo"].append({"prov:entity": whole, "prov:agent": "hutch:creator-1"})
    sources = []
    for i, (label, licence, citation, digest) in enumerate(facts.sources, 1):
        sources.append(f"hutch:source-{i}")
        entities[sources[-1]] = {"prov:label": label, "hutch:sha256": digest, "hutch:licence": licence,
                                 "hutch:citation": citation}
        relations["used"].append({"prov:activity": "hutch:activity", "prov:entity": sources[-1]})
    for entry in files:
        name = "hutch:file/" + entry["path"]
        entities[name] = {"prov:type": "hutch:File", "prov:label": entry["path"], "hutch:path": entry["path"],
                          "hutch:bytes": entry["bytes"], "hutch:sha256": entry["sha256"]}
        if entry["split"]:
            entities[name].update({"hutch:split": entry["split"], "hutch:records": entry["records"]})
        relations["wasGeneratedBy"].append({"prov:entity": name, "prov:activity": "hutch:activity"})
        relations["hadMember"].append({"prov:collection": whole, "prov:entity": name})
        relations["wasDerivedFrom"] += [{"prov:generatedEntity": name, "prov:usedEntity": source} for source in sources]
    made = {
        "prefix": {"hutch": "https://hutch.invalid/ns#", "prov": "http://www.w3.org/ns/prov#"}, "entity": entities,
        "activity": {"hutch:activity": {"prov:type": "hutch:Processing", "prov:label": facts.method,
                                        "prov:startTime": facts.date + "T08:00:00Z", "prov:endTime": facts.date + "T08:01:00Z"}},
        "agent": {"hutch:program": {"prov:type": "prov:SoftwareAgent", "prov:label": GENERATOR, "hutch:version": "1.0.0"},
                  "hutch:creator-1": {"prov:type": "prov:Person", "prov:label": f"{facts.creator[0]}, {facts.creator[1]}",
                                      "hutch:orcid": facts.creator[2]}}}
    for name, items in relations.items():
        made[name] = {f"_:{name}-{i}": item for i, item in enumerate(items, 1)}
    return made


def datacite(facts, records, size):
    family, given, orcid = facts.creator
    subjects = "".join(f"    <subject>{html.escape(k)}</subject>\n" for k in facts.keywords)
    number = facts.technique.rsplit("/", 1)[-1]
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<resource xmlns="http://datacite.org/schema/kernel-4">
  <identifier identifierType="DOI">{facts.doi}</identifier>
  <creators>
    <creator>
      <creatorName nameType="Personal">{family}, {given}</creatorName>
      <givenName>{given}</givenName>
      <familyName>{family}</familyName>
      <nameIdentifier schemeURI="https://orcid.org" nameIdentifierScheme="ORCID">{orcid}</nameIdentifier>
    </creator>
  </creators>
  <titles>
    <title xml:lang="en">{html.escape(facts.title)}</title>
  </titles>
  <publisher xml:lang="en">{html.escape(facts.publisher)}</publisher>
  <publicationYear>{facts.date[:4]}</publicationYear>
  <resourceType resourceTypeGeneral="Dataset">data set for machine learning</resourceType>
  <subjects>
{subjects}    <subject subjectScheme="PaNET" valueURI="{facts.technique}">{number}</subject>
  </subjects>
  <dates>
    <date dateType="Issued">{facts.date}</date>
  </dates>
  <language>en</language>
  <sizes>
    <size>{records} records</size>
    <size>{size} B</size>
  </sizes>
  <version>{facts.version}</version>
  <rightsList>
    <rights rightsURI="https://spdx.org/licenses/{facts.licence}.html" rightsIdentifier="{facts.licence}" """ \
        f"""rightsIdentifierScheme="SPDX">{facts.licence}</rights>
  </rightsList>
  <descriptions>
    <description descriptionType="Abstract">{html.escape(facts.description)}</description>
  </descriptions>
</resource>
"""


def field_lines(spec):
    lines = []
    for field in spec["fields"] + spec.get("shared", []):
        shape = " × ".join(map(str, field.get("shape", []))) or "scalar"
        lines.append(f"| `{field['name']}` | `{field['dtype']}` | {shape} | {field.get('unit', '')} | {field['description']} |")
    return lines


def split_lines(dictionary, groups):
    total = sum(dictionary["splits"].values())
    return [f"| {name} | {count:,} | {100 * count / total:.1f} % | {groups.get(name, 0):,} |"
            for name, count in dictionary["splits"].items()]


def class_lines(facts):
    lines = []
    for label, splits in facts.classes.items():
        names = sorted({c for counts in splits.values() for c in counts})
        lines += [f"### Records per {label} and split", "", f"| {label} | {' | '.join(splits)} | all |",
                  "| --- |" + " ---: |" * (len(splits) + 1)]
        for name in names:
            counts = [splits[s].get(name, 0) for s in splits]
            lines.append(f"| {name} | {' | '.join(f'{c:,}' for c in counts)} | {sum(counts):,} |")
        lines.append("")
    return lines


def card(facts, dictionary, files, groups, seed):
    spec = dictionary["tables"][0]
    size = sum(e["bytes"] for e in files)
    count = len([e for e in files if e["path"] not in ("dictionary.json", "datacite.xml")])
    text = [f"# {facts.title}", "", facts.description, "", "| records | groups | splits | files | on disk |",
            "| ---: | ---: | ---: | ---: | ---: |",
            f"| {spec['records']:,} | {sum(groups.values()):,} | {len(dictionary['splits'])} | {count} | {size_text(size)} |",
            "", "|  |  |", "| --- | --- |", f"| Name | {facts.name} |", f"| Version | {facts.version} |",
            f"| Licence | {facts.licence} |", f"| Published | {facts.date} |",
            f"| Creators | {facts.creator[0]}, {facts.creator[1]} |", f"| Keywords | {', '.join(facts.keywords)} |",
            f"| Home | <{facts.url}{facts.name}> |", f"| Contact | <{facts.contact}> |", f"| Identifier | {facts.doi} |", "",
            "## Open it", "", "```python", *open_lines(spec, files), "```", "", "## How to cite", "",
            facts.citation(), "",
            "## Fields", "", "| field | type | shape of one record | unit | what it is |", "| --- | --- | --- | --- | --- |",
            *field_lines(spec), "", "## Splits", "", "| split | records | share | groups |", "| --- | ---: | ---: | ---: |",
            *split_lines(dictionary, groups), "", "## Class balance", "", *class_lines(facts), "## Sources", "",
            "| source | licence |", "| --- | --- |", *[f"| {s[0]} | {s[1]} |" for s in facts.sources], "",
            *[f"{s[0]}: {s[2]}\n" for s in facts.sources], "## Responsible use", ""]
    for key, note in sorted(facts.notes.items(), key=lambda item: list(HEADS).index(item[0])):
        text += [f"### {HEADS[key]}", "", note, ""]
    text += ["## Provenance", "", f"Made by {GENERATOR} with seed {seed}.", "", "## Files", "",
             "| file | split | records | size | SHA-256 |", "| --- | --- | ---: | ---: | --- |"]
    text += [f"| `{e['path']}` | {e['split']} | {e['records'] or ''} | {size_text(e['bytes'])} | `{e['sha256']}` |" for e in files]
    text += ["", "All checksums stand in checksums.sha256; sha256sum --check checksums.sha256 verifies them.", ""]
    return "\n".join(text)


def open_lines(spec, files):
    first = next(e["path"] for e in files if e["records"])
    if spec["format"] == "hdf5":
        return ["import h5py", f'file = h5py.File("{first}", "r")', f'record = file["{spec["fields"][1]["name"]}"][0]']
    if spec["format"] == "csv":
        return ["import csv", f'rows = list(csv.DictReader(open("{first}", newline="")))', "record = rows[0]"]
    return ["import json", f'rows = [json.loads(line) for line in open("{first}")]', "record = rows[0]"]


def croissant_type(field):
    dtype = field["dtype"]
    return "sc:Text" if dtype.startswith("utf8") else "sc:Boolean" if dtype == "bool" else \
        "sc:Integer" if "int" in dtype else "sc:Float"


def record_sets(spec, files):
    """Return a record set for each text file; Croissant has no way into HDF5, nor from one record set into several files."""
    if spec["format"] not in ("csv", "jsonl"):
        return []
    sets = []
    for entry in files:
        name = entry["split"] or "records"
        fields = []
        for field in spec["fields"]:
            extract = {"column": field["name"]} if spec["format"] == "csv" else {"jsonPath": field["name"]}
            fields.append({"@type": "cr:Field", "@id": f"{name}/{field['name']}", "name": field["name"],
                           "description": field["description"], "dataType": croissant_type(field),
                           "source": {"fileObject": {"@id": entry["path"]}, "extract": extract}})
        sets.append({"@type": "cr:RecordSet", "@id": name, "name": name, "field": fields})
    return sets


def croissant(facts, dictionary, files):
    spec = dictionary["tables"][0]
    with_records = [e for e in files if e["records"]]
    objects = [{"@type": "cr:FileObject", "@id": e["path"], "name": e["path"], "contentUrl": e["path"],
                "contentSize": f"{e['bytes']} B", "encodingFormat": ENCODINGS["." + e["path"].rsplit(".", 1)[1]],
                "sha256": e["sha256"],
                **({"description": f"{e['records']} records of the split {e['split'] or 'that a field names'}"}
                   if e["records"] else {})} for e in files]
    return {
        "@context": CONTEXT, "@type": "sc:Dataset",
        "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
        "name": facts.name, "alternateName": facts.title, "description": facts.description, "url": facts.url + facts.name,
        "creator": [{"@type": "sc:Person", "name": f"{facts.creator[0]}, {facts.creator[1]}",
                     "sameAs": "https://orcid.org/" + facts.creator[2]}],
        "publisher": {"@type": "sc:Organization", "name": facts.publisher},
        "license": f"https://spdx.org/licenses/{facts.licence}.html", "datePublished": facts.date, "version": facts.version,
        "citeAs": facts.citation(),
        "keywords": facts.keywords, "isLiveDataset": False,
        "isBasedOn": [{"@type": "sc:CreativeWork", "name": s[0], "license": f"https://spdx.org/licenses/{s[1]}.html"}
                      for s in facts.sources],
        **{NOTES[key]: note for key, note in facts.notes.items() if key in NOTES},
        "distribution": objects, "recordSet": record_sets(spec, with_records),
    }


def write_documents(folder, facts, dictionary, data_files, groups, seed):
    """Write all documents. `data_files` are (path, split, records); `groups` counts them in each split."""
    files = []

    def listed(name, split="", records=0):
        path = folder / name
        files.append({"path": name, "bytes": path.stat().st_size, "sha256": sha256_of(path), "split": split,
                      "records": records})

    def written(name, text):
        (folder / name).write_text(text, encoding="utf-8")
        listed(name)

    for name, split, records in data_files:
        listed(name, split, records)
    records = dictionary["tables"][0]["records"]
    dictionary["access"] = [{"kind": "file", "description": "all files of the folder, by their checksums in checksums.sha256"}]
    if dictionary["tables"][0]["format"] in ("hdf5", "npy"):
        dictionary["access"].append({"kind": "loader", "description": "hutch.dataset(FOLDER) of the Python module hutch"})
    dictionary["metadata"] = metadata(facts, dictionary, groups)
    size = sum(e["bytes"] for e in files)
    written("provenance.json", to_json(provenance(facts, files, seed)))
    written("dictionary.json", to_json(dictionary))
    written("datacite.xml", datacite(facts, records, size))
    written("card.md", card(facts, dictionary, files, groups, seed))
    written("croissant.json", to_json(croissant(facts, dictionary, files)))
    (folder / "checksums.sha256").write_text("".join(f"{e['sha256']}  {e['path']}\n" for e in files))
    (folder / "manifest.json").write_text(to_json({
        "name": facts.name, "version": facts.version, "generator": GENERATOR, "records": records, "files": files}))
