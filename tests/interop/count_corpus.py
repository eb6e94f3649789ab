"""How many objects of the corpus a reader gives as libhdf5 does, by datatype, layout, chunk index and filter, in Markdown.

    python3 count_corpus.py truth.json theirs.json [--readme README.md]

Equal is what verdict.py calls equal. --readme puts the table between the lines "<!-- numbers -->" of that file.
"""
import argparse
import json
import re

from verdict import judge_object
from compare import features

MARK = "<!-- numbers -->\n"
GROUPS = (("Datatype", "type: "), ("Layout", "layout: "), ("Chunk index", "chunk index: "), ("Filter", "filter: "))
WORDS = {"btree1": "v1 B-tree", "btree2": "v2 B-tree", "farray": "fixed array", "earray": "extensible array",
         "single": "single chunk", "BE": "any, big-endian", "deflate": "deflate (gzip)"}


def families(name):
    """Datatypes are told by class: int24 odd and int64 are integers."""
    name = re.sub(r"^u?int\d+( odd)?$", "integer", name)
    name = re.sub(r"^float\d+$", "IEEE float", name)
    name = re.sub(r"^float\d+ custom$", "other float", name)
    return WORDS.get(name, name)


def count(truth, theirs):
    """{group: {name: [equal, all]}} and [equal, all] of objects and of files."""
    got = {(f.get("driver", "sec2"), f["name"]): f for f in theirs["files"]}
    tables, objects, files = {g: {} for g, _ in GROUPS}, [0, 0], [0, 0]
    for f in truth["files"]:
        o = got.get((f["driver"], f["name"]))
        if not f["opens"] or (o is None and f["driver"] != "sec2"):
            continue
        have = {x["path"]: x for x in (o or {}).get("objects", ())}
        good = 0
        for t in f["objects"]:
            ok = t["kind"] == "error" or (t["path"] in have and judge_object(t, have[t["path"]])[0] == "equal")
            good += ok
            for group, prefix in GROUPS:
                for name in {families(re.sub(r"^\d+ ", "", x[len(prefix):]) or "unregistered") for x in features(f, t) if x.startswith(prefix)}:
                    n = tables[group].setdefault(name, [0, 0])
                    n[0] += ok
                    n[1] += 1
        objects[0] += good
        objects[1] += len(f["objects"])
        files[0] += good == len(f["objects"])
        files[1] += 1
    return tables, objects, files


def share(n):
    return "all %s" % f"{n[1]:,}" if n[0] == n[1] else "%s of %s" % (f"{n[0]:,}", f"{n[1]:,}")


def markdown(tables, objects, files):
    out = ["Equal to libhdf5 in the corpus: %s objects, in %s files.\n" % (share(objects), share(files)), "| | objects |", "| --- | --- |"]
    for group, _ in GROUPS:
        rows = sorted(tables[group].items(), key=lambda x: (-x[1][1], x[0]))
        whole = [(k, n) for k, n in rows if n[0] == n[1]]
        cells = ["%s %s" % (k, f"{n[1]:,}") for k, n in whole]
        if cells:
            out.append("| %s, all equal | %s |" % (group, ", ".join(cells)))
        cells = ["%s %s" % (k, share(n)) for k, n in rows if n[0] != n[1]]
        if cells:
            out.append("| %s, partly | %s |" % (group, ", ".join(cells)))
    return "\n".join(out) + "\n"


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("truth")
    ap.add_argument("theirs")
    ap.add_argument("--readme")
    a = ap.parse_args()
    text = markdown(*count(json.load(open(a.truth)), json.load(open(a.theirs))))
    print(text, end="")
    if a.readme:
        before, _, after = open(a.readme).read().split(MARK)
        with open(a.readme, "w") as f:
            f.write(MARK.join((before, text, after)))


if __name__ == "__main__":
    main()
