"""One file under two hands: every change is made by the engine in one copy and by libhdf5 in another, which is the model."""
import os
import re
import shutil

import h5c
from apply import apply, opened, REFUSALS
from engine import Broken
from judge import differences, document, foreign, spoiled, tools

# The library has another name for its newest.
NAMES = {"latest": "v200"}


# What libhdf5 says when it has lost its own way in a file, and not that something cannot be done.
OWN = ("addr undefined", "record not found", "filter returned failure", "incorrect metadata checksum", "bad version number",
       "ran off end of input buffer",
       # What detaches a scale whose list of users is gone is no mistake here.
       "H5DSdetach_scale")


# What we refuse and it does: elements that would be lost.
LOSSES = ("lies below what", "outside of the dataset that they would be written to")


# What libhdf5 cannot read that it has just written: where it leaves a place in a header free, it gives that what was in its memory.
FREE = "message of unshareable class flagged as shareable"


class Stop(Exception):
    """The two are not the same any more."""


class Unjudged(Exception):
    """libhdf5 cannot do what was done."""


class Run:
    """`folder` has ours/NAME and theirs/NAME. `refused`: what the engine would not do, and how often."""

    def __init__(self, folder, name, engine, tools=True):
        self.ours, self.theirs, self.start = (os.path.join(folder, d, name) for d in ("ours", "theirs", "start"))
        self.engine = engine
        self.model = self.other = None      # libhdf5's handles of theirs, and of ours where it changes that, too
        self.low = None
        self.other_hand = False             # whether libhdf5 changed ours last
        self.inside = False                 # whether the engine has our file open
        self.refused, self.done, self.checks = {}, 0, 0
        self.use_tools = tools
        self.newer = False                  # whether there may be what 1.10 does not read
        self.outward = False                # whether there are links to other files
        self.renamed = False                # whether a link may have gone that made a symbol table something else, if it was written
        self.copied = set()               # the bounds under which something was copied

    def ask(self, said):
        try:
            return self.engine.ask(said)
        except Broken as e:
            raise Stop("the engine broke down: %s: %s" % (said["op"], e)) from None

    def step(self, op):
        """Does one thing. Stop says how the two differ afterwards."""
        self.settle()
        what = getattr(self, "do_" + op["op"], None)
        if what:
            return what(op)
        self.done += 1
        if op["op"] == "bring":
            op = {**op, "file": self.start}
        return self.change(op) if self.inside else self.both(op)

    def settle(self):
        """Crashes between two steps leave a trace in the log of what is being done."""

    def do_open(self, op):
        """The engine's turn."""
        self.leave()
        self.low, self.other_hand = op["low"], False
        self.newer |= self.low not in ("earliest", "v108", "v110")
        error = self.ask({**op, "file": self.ours, "low": NAMES.get(self.low, self.low)})
        if error:
            self.note("open", error)
            if error["code"] != "Unsupported":
                raise Stop("open: %s" % error)
            return False
        self.inside = True
        self.model = self.twin()
        return True

    def twin(self):
        """libhdf5's own file, if it can still open it."""
        try:
            return opened(self.theirs, self.low)
        except REFUSALS as e:
            raise Unjudged("open: %s" % e) from None

    def do_libhdf5(self, op):
        """libhdf5's turn, in both files."""
        self.leave()
        self.low, self.other_hand = op["low"], True
        self.newer |= self.low not in ("earliest", "v108", "v110")
        try:
            self.other = opened(self.ours, self.low)
        except REFUSALS as e:
            raise Stop("libhdf5 does not open it for writing: %s" % e) from None
        self.model = self.twin()

    def do_check(self, op):
        if self.inside:
            error = self.ask({"op": "flush"})
            if error:
                raise Stop("flush: %s" % error)
        low, inside = self.low, self.inside
        self.close_handles()
        self.compare()
        self.model = self.twin()
        if not inside:
            self.other = opened(self.ours, low)

    def do_close(self, op):
        self.leave()
        ours = self.compare()
        if self.use_tools and not self.newer:
            bad = tools(self.ours, self.theirs, self.copied, foreign(ours))
            if bad:
                raise Stop(bad)

    def close_handles(self):
        for name in ("model", "other"):
            f = getattr(self, name)
            if f is not None:
                setattr(self, name, None)
                f.close()

    def leave(self):
        if self.inside:
            self.inside = False
            error = self.ask({"op": "close"})
            if error:
                raise Stop("close: %s" % error)
        self.close_handles()

    def model_document(self):
        """What libhdf5 says of its own file, if it can read it."""
        try:
            return document(self.theirs)
        except h5c.H5Error as e:
            raise Unjudged("libhdf5 does not read its own: %s" % e) from None

    def compare(self):
        self.checks += 1
        theirs = self.model_document()
        try:
            ours = document(self.ours)
        except h5c.H5Error as e:
            raise Stop("libhdf5 does not read it: %s" % e) from None
        broken = spoiled(ours, theirs)
        if broken:
            raise Unjudged(broken)
        if self.other_hand and any(FREE in e.get("error", "") for e in ours["objects"]):
            raise Unjudged(FREE)
        found = differences(ours, theirs, self.copied, self.renamed)
        if found:
            raise Stop(found)
        return ours

    def change(self, op):
        """A change by the engine, and then by libhdf5."""
        if op["op"] in ("copy", "bring"):
            self.copied.add(self.low)
        self.outward |= op["op"] == "external"
        self.renamed |= op["op"] in ("move", "unlink") and (self.outward or not op["path"].isascii())
        error = self.ask(op)
        if error:
            self.note(op["op"], error)
            if op["op"] == "copy" and error["code"] == "Malformed" and self.lost(op["path"]):
                return
            if error["code"] not in ("Unsupported", "Argument", "NotFound", "Limit"):
                raise Stop("%s: %s" % (brief(op), error))
            own = error["code"] == "Unsupported" or any(x in error["error"] for x in LOSSES)
            if not own and self.would(op):
                raise Stop("%s: refused (%s), libhdf5 does it" % (brief(op), error["error"]))
            return
        refusal = self.try_model(op)
        if refusal and (op["op"] in ("copy", "bring") or any(x in refusal for x in OWN)):
            raise Unjudged(refusal)
        if refusal:
            raise Stop("%s: done, libhdf5 refuses: %s" % (brief(op), refusal))

    def lost(self, path):
        """Whether there are elements at or below a path that libhdf5 cannot read, of a file that it made alone; copying it does."""
        self.close_handles()
        below = path.rstrip("/") + "/"
        return any("error" in e for e in self.model_document()["objects"] if e["path"] == path or e["path"].startswith(below))

    def would(self, op):
        """Whether libhdf5 does it, which is tried in another copy: what fails there may be half done."""
        self.close_handles()
        aside = self.theirs + ".aside"
        shutil.copy(self.theirs, aside)
        self.model = opened(aside, self.low)
        try:
            return self.try_model(op) is None
        finally:
            self.close_handles()
            os.remove(aside)
            self.model = self.twin()

    def try_model(self, op):
        try:
            beside(self.theirs)
            apply(self.model, op)
        except REFUSALS as e:
            h5c.last_error()
            return "%s: %s" % (type(e).__name__, e)
        return None

    def both(self, op):
        """A change by libhdf5 in both. What it refuses may be half done: then the same is half done in both."""
        a = self.try_model(op)
        try:
            beside(self.ours)
            apply(self.other, op)
            b = None
        except REFUSALS as e:
            h5c.last_error()
            b = "%s: %s" % (type(e).__name__, e)
        if a and not b:
            raise Unjudged(a)
        if b and not a:
            raise Stop("libhdf5, %s: done in its own, in ours: %s" % (brief(op), b))

    def note(self, what, error):
        key = "%s: %s: %s" % (what, error["code"], plain(error["error"]))
        self.refused[key] = self.refused.get(key, 0) + 1


def alone(folder, name, steps):
    """The same steps by libhdf5, without the engine: returns if that is not what kills it."""
    fresh(folder, name)
    run = Run(folder, name, None)
    for op in steps:
        if op["op"] in ("open", "libhdf5"):
            run.close_handles()
            run.low, run.model = op["low"], opened(run.theirs, op["low"])
        elif op["op"] == "close":
            run.close_handles()
            document(run.theirs)
        elif op["op"] == "check":
            run.close_handles()
            document(run.theirs)
            run.model = opened(run.theirs, run.low)
        else:
            run.try_model({**op, "file": run.start})
    run.close_handles()


def beside(path):
    """Raw data in other files is looked for in the folder that one is in."""
    os.chdir(os.path.dirname(os.path.abspath(path)))


def plain(text):
    """An error without what differs from case to case."""
    text = re.sub(r'"(\\.|[^"\\])*"', '"…"', text)
    return re.sub(r"0x[0-9a-f]+|\d+", "#", text)[:150]


def brief(op):
    return " ".join("%s=%s" % (k, str(v)[:60]) for k, v in op.items() if k not in ("value", "type", "raw"))


def fresh(folder, name):
    """Both copies as they were at the start."""
    for d in ("ours", "theirs"):
        shutil.rmtree(os.path.join(folder, d), ignore_errors=True)
        shutil.copytree(os.path.join(folder, "start"), os.path.join(folder, d))
