#!/usr/bin/env python3
"""Judges a reader's documents against the truth and against what it could do before.

    python3 verdict.py truth.json theirs.json [expected.json] [--record]

An object is equal, refused (an error with a code stands in its place), or wrong: anything else, above all other values.
Wrong is never allowed, and what expected.json says must be equal has to be. --record writes expected.json anew.
The last line is "N passed, M failed, K skipped": equal objects, wrong ones and regressions, refused ones.
"""
import argparse
import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../fixtures/corpus"))
from compare import compare_object  # noqa: E402

REFUSALS = (": error: ", "≠error")


def untyped(o):
    """Errors without a code, anywhere in an entry: those are ours, not the file's."""
    found = [o["error"]] if o.get("error") and not o.get("code") else []
    for a in o.get("attrs") or []:
        found += untyped(a)
    return found + (untyped(o["fill"]) if isinstance(o.get("fill"), dict) else [])


def judge_object(t, o):
    """('equal' | 'refused' | 'wrong', why)."""
    bad = untyped(o)
    if bad:
        return "wrong", "an error without a code: " + bad[0]
    why, _, _ = compare_object(t, o, "full")
    if o.get("fill", {}).get("error"):
        why = [w for w in why if w != "dataset: fill"] + ["fill: error: " + o["fill"]["error"]]
    wrong = [w for w in why if not any(r in w for r in REFUSALS)]
    if wrong:
        return "wrong", wrong[0]
    return ("refused", why[0]) if why else ("equal", "")


def judge_file(t, o):
    """Counts of one file, with the reasons for what is wrong and for what is refused."""
    r = {"equal": 0, "refused": 0, "wrong": [], "why": []}
    if o is None or o.get("crash"):
        r["wrong"].append("crashed or hung: %s %s" % (o and o.get("crash"), o and o.get("error", "")))
        return r
    if not o["opens"]:
        if not o.get("code"):
            r["wrong"].append("an error without a code: " + str(o.get("error")))
        elif t["opens"]:
            r["refused"] = len(t["objects"])
            r["why"].append(o["error"])
        else:
            r["equal"] = 1
        return r
    if not t["opens"]:
        r["equal"] = 1      # libhdf5 refuses it; another reader may know better
        return r
    theirs = {}
    for x in o["objects"]:
        theirs.setdefault(x["path"], x)
    closed = [p.rstrip("/") + "/" for p, x in theirs.items() if x.get("error") and x["kind"] in ("group", "error")]
    broken = [x["path"].rstrip("/") + "/" for x in t["objects"] if x["kind"] in ("group", "error") and x.get("error")]
    for x in t["objects"]:
        p = x["path"]
        if p in theirs:
            verdict, why = judge_object(x, theirs[p])
        elif x["kind"] == "error":
            verdict, why = "equal", ""
        elif any(p.startswith(c) for c in closed):
            verdict, why = "refused", "in a group that was refused"
        else:
            verdict, why = "wrong", "missing: " + x["kind"]
        if verdict == "wrong":
            r["wrong"].append("%s: %s" % (p, why))
        else:
            r[verdict] += 1
            if why:
                r["why"].append(why)
    known = {x["path"] for x in t["objects"]}
    for p in theirs:
        if p not in known and not any(p.startswith(b) for b in broken):
            r["wrong"].append("%s: not in the file" % p)
    return r


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("truth")
    ap.add_argument("theirs")
    ap.add_argument("expected", nargs="?")
    ap.add_argument("--record", action="store_true")
    ap.add_argument("-v", "--verbose", action="store_true", help="why things were refused, most frequent first")
    a = ap.parse_args()
    truth = json.load(open(a.truth))["files"]
    theirs = {f["name"]: f for f in json.load(open(a.theirs))["files"]}
    expected = json.load(open(a.expected)) if a.expected and os.path.exists(a.expected) else {"equal": [], "partly": {}}

    passed = failed = skipped = whole = 0
    now, better, reasons = {"equal": [], "partly": {}}, [], {}
    for f in truth:
        n = f["name"]
        r = judge_file(f, theirs.get(n))
        total = len(f["objects"]) if f["opens"] else 1
        complete = r["equal"] == total and not r["wrong"]
        whole += complete
        passed += r["equal"]
        skipped += r["refused"]
        failed += len(r["wrong"])
        for w in r["wrong"][:5]:
            print("WRONG %s %s" % (n, w))
        if len(r["wrong"]) > 5:
            print("WRONG %s ... and %d more" % (n, len(r["wrong"]) - 5))
        must = total if n in expected["equal"] else expected["partly"].get(n, 0)
        if r["equal"] < must:
            failed += 1
            print("WORSE %s: %d of %d objects equal, expected %d %s" % (n, r["equal"], total, must, "; ".join(r["why"][:2])))
        if r["equal"] > must:
            better.append(n)
        if complete:
            now["equal"].append(n)
        elif r["equal"]:
            now["partly"][n] = r["equal"]
        for w in r["why"]:
            w = re.sub(r" at [0#]x\S+.*", "", w)
            reasons[w] = reasons.get(w, 0) + 1
    unknown = (set(expected["equal"]) | set(expected["partly"])) - {f["name"] for f in truth}
    for n in sorted(unknown):
        failed += 1
        print("WORSE %s: expected, but not in the corpus" % n)
    if a.verbose:
        for w, k in sorted(reasons.items(), key=lambda x: -x[1]):
            print("%6d refused: %s" % (k, w))
    print("note: %d objects equal, %d refused with a typed error; %d of %d files wholly equal" % (
        passed, skipped, whole, len(truth)))
    if a.record:
        with open(a.expected, "w") as out:
            json.dump(now, out, indent=1, sort_keys=True)
            out.write("\n")
        print("recorded in " + a.expected)
    elif better and a.expected:
        print("note: better than recorded in %d files (%s ...): node tests/interop/corpus.mjs --record" % (len(better), better[0]))
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
