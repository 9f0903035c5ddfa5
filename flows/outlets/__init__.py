"""What is known of outlets: a library that any stage may read, and no stage writes.

`registry.csv`    outlets: names, domains, dateline spellings and how well each was seen, language, kind, profile
`profiles/*.toml` what real text of an outlet looked like: byline shapes, role words, sign-off, cue lines, zone
`words.toml`      words of the trade that hold for every outlet: role words, desks, agencies, label words
`places.toml`     names of places, to tell a dateline's place from an ordinary word

Everything is data, checked when it is loaded: a bad row is refused with a sentence that names it.
No code belongs to one outlet; to add one, add a row (and, where real text was seen, a profile with a golden file).
"""

from flows.outlets.errors import OutletError
from flows.outlets.outlet_hint import guess_domain
from flows.outlets.profiles import Profile
from flows.outlets.registry import Outlet, Registry, registry

__all__ = ["Outlet", "OutletError", "Profile", "Registry", "guess_domain", "registry"]
