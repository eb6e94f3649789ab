#!/usr/bin/env python3
"""Random changes to random files, by the engine and by libhdf5, which has to end with the same.

    python3 edit_random.py OUT -n 300 --seed S [--only K[,K...]] -- ENGINE [ARGUMENT...]
    python3 edit_random.py --replay FOLDER [--minimise] -- ENGINE [ARGUMENT...]
    python3 edit_random.py --alone FOLDER         the steps of a session by libhdf5 only

ENGINE is a program that is told changes (engine.py).
Session K of a seed is the same whatever else is run. What differs is left in OUT/failed/K, with all that is needed to see it
again. The last line is "N passed, M failed".
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

from h5py import h5f

HERE = os.path.dirname(os.path.abspath(__file__))
for d in ("../../fixtures/random", "../../fixtures/corpus"):
    sys.path.insert(0, os.path.join(HERE, d))
os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

# After the paths, and before the processes that sessions run in.
from engine import Engine                       # noqa: E402
from apply import REFUSALS                      # noqa: E402
from dice import Session                        # noqa: E402
from operations import some                     # noqa: E402
from make_random import apart                   # noqa: E402
from replay import again, NAME, SECONDS, show   # noqa: E402
from run import alone, fresh, Run, Stop, Unjudged   # noqa: E402
from starts import LIBVERS, start               # noqa: E402
from tree import holds                          # noqa: E402


ALARM = "status %d" % signal.SIGALRM


def references(doc):
    """Whether something in a file is a reference."""
    types = [e["dtype"] for e in doc["objects"] if "dtype" in e]
    types += [a["dtype"] for e in doc["objects"] for a in e.get("attrs", ()) if "dtype" in a]
    return any(holds(t, "reference") for t in types)


def address_size(path):
    fid = h5f.open(path.encode(), h5f.ACC_RDONLY)
    try:
        return fid.get_create_plist().get_sizes()[0]
    finally:
        fid.close()


def turns(run, r, doc):
    """Steps, one after another, each chosen when those before it are done."""
    other = [e["path"] for e in doc["objects"] if e["kind"] in ("group", "dataset", "datatype") and e["path"] != "/"]
    narrow = address_size(run.theirs) != 8
    refers = references(doc) or r.random() < 0.15
    for turn in range(r.choice((1, 2, 3, 5))):
        low = r.choice(LIBVERS)
        theirs = turn % 2 == 1 or r.random() < 0.1
        if theirs:
            yield {"op": "libhdf5", "low": low}
        else:
            yield {"op": "open", "low": low, "memory": r.random() < 0.5}
            if not run.inside:
                return
        s = Session(r, theirs, refers, low, narrow, other)
        for _ in range(r.choice((1, 5, 12, 25)) if not theirs else r.choice((1, 4, 8))):
            try:
                s.look(run.model)
            except REFUSALS as e:
                raise Unjudged("its own links: %s" % e) from None
            yield from some(s)
            if r.random() < 0.1:
                yield {"op": "check"}
        yield {"op": "close"}


def session(folder, seed, k, engine):
    """One session; what came of it."""
    r = random.Random("%s/%s" % (seed, k))
    begin = time.time()
    maker = start(os.path.join(folder, "start", NAME), r)
    fresh(folder, NAME)
    run, steps, bad = Run(folder, NAME, engine), [], None
    with open(os.path.join(folder, "steps.json"), "w") as log:
        try:
            for op in turns(run, r, run.model_document()):
                log.write(json.dumps(op) + "\n")
                log.flush()
                steps.append(op)
                run.step(op)
        except Stop as e:
            bad = e.args[0]
        except Unjudged as e:
            run.refused["libhdf5: " + str(e)[:120]] = 1
    sizes = [os.path.getsize(f) for f in (run.ours, run.theirs)]
    return {"maker": maker, "bad": bad, "refused": run.refused, "done": run.done, "checks": run.checks, "inside": run.inside, "sizes": sizes,
            "seconds": round(time.time() - begin, 2)}


class Tally:
    """What came of all sessions."""

    def __init__(self):
        self.failed, self.refused, self.makers, self.grown = [], {}, {}, []
        self.done = self.checks = self.spoiled = 0

    def add(self, k, answer):
        self.done += answer["done"]
        self.checks += answer["checks"]
        self.makers[answer["maker"]] = self.makers.get(answer["maker"], 0) + 1
        self.grown.append((answer["sizes"][0] / answer["sizes"][1], answer["sizes"], k))
        for why, n in answer["refused"].items():
            self.refused[why] = self.refused.get(why, 0) + n

    def show(self, seed, n):
        for why in sorted(self.refused, key=self.refused.get, reverse=True)[:60]:
            print("note: refused %4d times: %s" % (self.refused[why], why))
        self.grown.sort(reverse=True)
        print("note: sizes, ours to libhdf5's: most %s; least %s" % (self.grown[:3], self.grown[-3:]))
        print("note: seed %s: %d changes, %d comparisons, files of %s; %d sessions that libhdf5 does not live through or comes to no end in"
              % (seed, self.done, self.checks, self.makers, self.spoiled))
        print("%d passed, %d failed" % (n - len(self.failed), len(self.failed)))


def one(out, seed, k, engine, tally):
    """Session `k`, in a process of its own."""
    folder = os.path.join(os.path.abspath(out), "session")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if engine.process is None:
        engine.ask({"op": "close"})
    answer = apart(session, folder, seed, k, engine, seconds=SECONDS)
    if "died" not in answer:
        tally.add(k, answer)
        if not answer["bad"]:
            if answer["inside"]:        # what is still open would be written over the next session's
                engine.end()
            return
    engine.end()
    if "died" in answer and (dies_alone(folder) or theirs_is_endless(folder, answer)):
        tally.spoiled += 1
        return
    tally.failed.append(k)
    print("session %d (%s): %s" % (k, answer.get("maker"), "died" if "died" in answer else "different"))
    show(answer.get("bad") or answer["died"])
    shutil.move(folder, os.path.join(out, "failed", str(k)))


def theirs_is_endless(folder, answer):
    """Whether it is libhdf5 that comes to no end, in its own turn: it may look for room for its lists of room for ever."""
    with open(os.path.join(folder, "steps.json")) as f:
        turns = [op["op"] for op in map(json.loads, f) if op["op"] in ("open", "libhdf5")]
    return answer["died"] == ALARM and turns[-1] == "libhdf5"


def dies_alone(folder):
    """Whether libhdf5 does not live through the steps of a session, or comes to no end, without any engine beside it. In a
    program of its own: what a broken heap does hangs on what else is in it."""
    argv = [sys.executable, os.path.abspath(__file__), "--alone", folder]
    if not os.path.exists(os.path.join(folder, "steps.json")):
        return False
    try:
        return subprocess.run(argv, capture_output=True, timeout=SECONDS).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def main():
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    argv, program = sys.argv[1:at], sys.argv[at + 1:]
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("out", nargs="?")
    ap.add_argument("-n", type=int, default=300)
    ap.add_argument("--seed", default="1")
    ap.add_argument("--only")
    ap.add_argument("--replay")
    ap.add_argument("--minimise", action="store_true")
    ap.add_argument("--alone", action="store_true")
    a = ap.parse_args(argv)
    log = open(os.devnull, "w")
    if a.alone:
        a.out = os.path.abspath(a.out)
        with open(os.path.join(a.out, "steps.json")) as f:
            return alone(a.out, NAME, [json.loads(x) for x in f])
    if a.replay:
        return again(os.path.abspath(a.replay), lambda: Engine(program, log), a.minimise)
    shutil.rmtree(a.out, ignore_errors=True)
    os.makedirs(os.path.join(a.out, "failed"))
    ks = [int(k) for k in a.only.split(",")] if a.only else range(a.n)
    engine, tally = Engine(program, log), Tally()
    for k in ks:
        one(a.out, a.seed, k, engine, tally)
        sys.stdout.flush()
    engine.end()
    tally.show(a.seed, len(ks))
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
