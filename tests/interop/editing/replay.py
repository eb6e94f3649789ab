"""Sessions that are there already, once more: as they are, and with fewer steps."""
import json
import os

from make_random import apart
from run import fresh, plain, Run, Stop, Unjudged

NAME = "r.h5"
# What a session may take.
SECONDS = 60


def replay(folder, steps, engine):
    """The same steps again, from the same start; None, or how the files differ."""
    fresh(folder, NAME)
    run = Run(folder, NAME, engine)
    try:
        for op in steps:
            run.step(op)
        run.step({"op": "close"})
    except Stop as e:
        return {"bad": e.args[0]}
    except Unjudged:
        pass
    return {"bad": None}


def minimise(folder, steps, engine_of):
    """Fewer steps after which the files differ, too: halves, quarters and so on are left out."""
    def fails(s, like=None):
        engine = engine_of()
        answer = apart(replay, folder, s, engine, seconds=SECONDS)
        engine.end()
        bad = answer.get("bad") or answer.get("died")
        return bad if bad and like in (None, sort(bad)) else None
    why, n = fails(steps), 2
    if not why:
        return steps, None
    first = sort(why)
    while len(steps) >= 2:
        size = max(1, len(steps) // n)
        for at in range(0, len(steps), size):
            less = steps[:at] + steps[at + size:]
            if not any(s["op"] in ("open", "libhdf5") for s in less[:1]):
                continue
            found = fails(less, first)
            if found:
                steps, why, n = less, found, max(2, n - 1)
                break
        else:
            if size == 1:
                break
            n = min(len(steps), 2 * n)
    return steps, why


def sort(bad):
    """What kind of difference it is."""
    text = bad[0] if isinstance(bad, list) else bad
    text = text.split(":")
    return plain(":".join(text[1:]) if len(text) > 1 else text[0])[:25]


def show(bad, most=6):
    for line in (bad if isinstance(bad, list) else [bad])[:most]:
        print("    %s" % (line if isinstance(line, str) else json.dumps(line)))


def again(folder, engine, fewer):
    """Shows how a session in a folder ends; with `fewer` steps, if that is enough."""
    with open(os.path.join(folder, "steps.json")) as f:
        steps = [json.loads(x) for x in f]
    if not fewer:
        e = engine()
        answer = apart(replay, folder, steps, e, seconds=SECONDS)
        e.end()
        return show(answer.get("bad") or answer.get("died") or "no difference")
    steps, why = minimise(folder, steps, engine)
    with open(os.path.join(folder, "few.json"), "w") as f:
        f.writelines(json.dumps(s) + "\n" for s in steps)
    for s in steps:
        print(json.dumps(s)[:600])
    show(why or "no difference")
    e = engine()
    apart(replay, folder, steps, e)       # leaves the files as the steps make them
    e.end()
