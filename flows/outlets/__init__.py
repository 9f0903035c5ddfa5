"""Outlets: the registry and profiles, read by any stage and written by none.

`registry.csv`    outlets: names, domains, dateline spellings with the evidence for them, language, kind, profile
`profiles/*.toml` shapes seen in real text of an outlet: byline shapes, role words, sign-off, cue lines, zone
`words.toml`      words of the trade that hold for every outlet: role words, desks, agencies, label words
`places.toml`     names of places, to tell a dateline's place from an ordinary word

Everything is data and validated on loading: an invalid row raises OutletError with a sentence that names it.
No code belongs to one outlet; to add one, add a row (and, where real text was seen, a profile with a golden file).
"""

from flows.outlets.errors import OutletError
from flows.outlets.outlet_hint import guess_domain
from flows.outlets.profiles import ANYWHERE, Profile
from flows.outlets.registry import Outlet, Registry, load_registry

__all__ = ["ANYWHERE", "Outlet", "OutletError", "Profile", "Registry", "guess_domain", "load_registry"]
