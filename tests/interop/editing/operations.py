"""Random changes. Each is a dictionary that can be written down as JSON; `op` names it, `path` is what it is about."""
from dice import Nothing
from elsewhere import raws, virtual
from objects import attr, attrs, clear, commit, bring, copy, delattr, delattrs, external, group, hard, many, move, soft, unlink, unlinks
from sets import append, dataset, raw, resize, scale, write

WAYS = ((attr, 16), (attrs, 3), (delattr, 6), (delattrs, 3), (group, 7), (many, 3), (commit, 2), (unlink, 8), (unlinks, 2), (move, 6),
        (copy, 5), (bring, 3), (clear, 2), (raw, 4), (hard, 4), (soft, 2), (external, 2), (dataset, 14), (write, 18), (resize, 6), (append, 5), (scale, 4),
        (virtual, 4), (raws, 2))


def some(s):
    """One change, or a few that belong together."""
    while True:
        f = s.r.choices([w for w, _ in WAYS], [n for _, n in WAYS])[0]
        try:
            out = f(s)
        except (Nothing, RuntimeError):     # which is what the library cannot look at
            continue
        return out if isinstance(out, list) else [out]
