"""Markdown page of the registry and the profiles: docs/reference/outlets.md is its output, held by a test."""

from collections import Counter

from flows.outlets import Outlet, Profile, load_registry
from flows.outlets.profiles import load_profiles

_EVIDENCE = {
    "seen": "",
    "partly": " (some unseen)",
    "unverified": " (unverified)",
    "none": "",
}


def render_outlet_page() -> str:
    """Render the whole page."""
    outlets = sorted(load_registry().outlets, key=lambda outlet: outlet.name.casefold())
    evidence = Counter(outlet.evidence for outlet in outlets)
    outlet_names_by_profile: dict[str, list[str]] = {}
    for outlet in outlets:
        if outlet.profile:
            outlet_names_by_profile.setdefault(outlet.profile.name, []).append(outlet.name)
    page_lines = [
        "# Outlets",
        "",
        "Made from `flows/outlets/registry.csv` and `flows/outlets/profiles/` by",
        "`kliping outlet list --to docs/reference/outlets.md`;",
        "change those, not this page. `kliping outlet new` drafts a profile, `kliping outlet check` tests them all.",
        "",
        f"{len(outlets)} outlets. The dateline spellings of {evidence['seen']} were seen in real text, of",
        f"{evidence['partly']} in part; those of {evidence['unverified']} are unverified, and what they alone say is",
        "published with evidence that is only `likely`. An outlet without a spelling is known by its address.",
        "",
        "| outlet | domains | dateline spellings | language | kind | profile |",
        "|---|---|---|---|---|---|",
        *(_render_outlet_row(outlet) for outlet in outlets),
        "",
        "## Profiles",
        "",
        f"{len(load_profiles())} profiles: what real text of an outlet looks like, each with a golden story.",
        "In a shape `{names}` is who wrote, `{date}` runs from the day to the time, `{any}` is a short word.",
    ]
    for name, profile in sorted(load_profiles().items()):
        page_lines += ["", f"### {name}", "", *_render_profile(profile, outlet_names_by_profile.get(name, []))]
    return "\n".join(page_lines) + "\n"


def _render_outlet_row(outlet: Outlet) -> str:
    spellings = ", ".join(outlet.spellings) + (_EVIDENCE[outlet.evidence] if outlet.spellings else "")
    profile = f"[{outlet.profile.name}](#{outlet.profile.name})" if outlet.profile else ""
    cells = (outlet.name, ", ".join(outlet.domains), spellings, outlet.language, outlet.kind, profile)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _render_profile(profile: Profile, outlet_names: list[str]) -> list[str]:
    since = " to ".join(str(day) if day else "now" for day in (profile.valid_from, profile.valid_to))
    facts = [
        (
            "of",
            f"{outlet_names[0]} and {len(outlet_names) - 1} more" if len(outlet_names) > 3 else ", ".join(outlet_names),
        ),
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
