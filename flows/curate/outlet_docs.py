"""The registry and the profiles as a page of Markdown: docs/outlets.md is this, and a test keeps it so."""

from collections import Counter

from flows.outlets import Outlet, Profile, registry
from flows.outlets.profiles import load

_EVIDENCE = {
    "seen": "",
    "partly": " (some unseen)",
    "unverified": " (unverified)",
    "none": "",
}


def page() -> str:
    """The whole page."""
    outlets = sorted(registry().outlets, key=lambda outlet: outlet.name.casefold())
    evidence = Counter(outlet.evidence for outlet in outlets)
    users: dict[str, list[str]] = {}
    for outlet in outlets:
        if outlet.profile:
            users.setdefault(outlet.profile.name, []).append(outlet.name)
    out = [
        "# Outlets",
        "",
        "Made from `flows/outlets/registry.csv` and `flows/outlets/profiles/` by",
        "`kliping outlet list --to docs/outlets.md`;",
        "change those, not this page. `kliping outlet new` drafts a profile, `kliping outlet check` tests them all.",
        "",
        f"{len(outlets)} outlets. The dateline spellings of {evidence['seen']} were seen in real text, of",
        f"{evidence['partly']} in part; those of {evidence['unverified']} are unverified, and what they alone say is",
        "published with evidence that is only `likely`. An outlet without a spelling is known by its address.",
        "",
        "| outlet | domains | dateline spellings | language | kind | profile |",
        "|---|---|---|---|---|---|",
        *(_row(outlet) for outlet in outlets),
        "",
        "## Profiles",
        "",
        f"{len(load())} profiles: what real text of an outlet looks like, each with a golden story.",
        "In a shape `{names}` is who wrote, `{date}` runs from the day to the time, `{any}` is a short word.",
    ]
    for name, profile in sorted(load().items()):
        out += ["", f"### {name}", "", *_profile(profile, users.get(name, []))]
    return "\n".join(out) + "\n"


def _row(outlet: Outlet) -> str:
    spellings = ", ".join(outlet.spellings) + (_EVIDENCE[outlet.evidence] if outlet.spellings else "")
    profile = f"[{outlet.profile.name}](#{outlet.profile.name})" if outlet.profile else ""
    cells = (outlet.name, ", ".join(outlet.domains), spellings, outlet.language, outlet.kind, profile)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _profile(profile: Profile, users: list[str]) -> list[str]:
    since = " to ".join(str(day) if day else "now" for day in (profile.valid_from, profile.valid_to))
    facts = [
        ("of", f"{users[0]} and {len(users) - 1} more" if len(users) > 3 else ", ".join(users)),
        ("valid", since if profile.valid_from else ""),
        ("zone of times without one", profile.zone or ""),
        ("days in its addresses", profile.url_days or ""),
        ("a name in brackets at the end is", f"the {profile.sign_off}" if profile.sign_off else ""),
        ("labels of author boxes", ", ".join(sorted(profile.author_box))),
    ]
    out = [f"- {name}: {value}" for name, value in facts if value]
    for byline in profile.bylines:
        out.append(f"- byline `{byline.shape}`" + (", which no other outlet prints" if byline.identifies else ""))
    for role in ("author", "editor"):
        words = sorted(word for word, meaning in profile.roles.items() if meaning == role)
        if words:
            out.append(f"- {role} behind: {', '.join(words)}")
    for kind, openings in sorted(profile.cues.items()):
        out.append(f"- {kind} begins: {'; '.join(f'`{opening}`' for opening in openings)}")
    return out
