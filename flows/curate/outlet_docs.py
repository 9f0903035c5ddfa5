"""Markdown page of the registry and the profiles: docs/reference/outlets.md is its output, held by a test."""

from collections import Counter
from typing import Any, Final

from flows.outlets import Profile, load_registry
from flows.outlets.profiles import load_profiles
from flows.report.templating import render_markdown

_EVIDENCE_NOTES: Final = {"seen": "", "partly": "some unseen", "unverified": "unverified", "none": ""}


def render_outlet_page() -> str:
    """Render the whole page."""
    outlets = sorted(load_registry().outlets, key=lambda outlet: outlet.name.casefold())
    outlet_names_by_profile: dict[str, list[str]] = {}
    for outlet in outlets:
        if outlet.profile:
            outlet_names_by_profile.setdefault(outlet.profile.name, []).append(outlet.name)
    return render_markdown(
        "outlets.md.j2",
        outlets=outlets,
        evidence=Counter(outlet.evidence for outlet in outlets),
        evidence_notes=_EVIDENCE_NOTES,
        profiles=[
            _describe_profile(profile, outlet_names_by_profile.get(name, []))
            for name, profile in sorted(load_profiles().items())
        ],
    )


def _describe_profile(profile: Profile, outlet_names: list[str]) -> dict[str, Any]:
    """Return what the page says of a profile: its facts, byline shapes, role words by role, cue openings by kind."""
    since = " to ".join(str(day) if day else "now" for day in (profile.valid_from, profile.valid_to))
    names = f"{outlet_names[0]} and {len(outlet_names) - 1} more" if len(outlet_names) > 3 else ", ".join(outlet_names)
    facts = [
        ("of", names),
        ("valid", since if profile.valid_from else ""),
        ("zone of times without one", profile.zone or ""),
        ("days in its addresses", profile.url_days or ""),
        ("a name in brackets at the end is", f"the {profile.sign_off}" if profile.sign_off else ""),
        ("labels of author boxes", ", ".join(sorted(profile.author_box))),
    ]
    roles = [
        (role, sorted(word for word, meaning in profile.roles.items() if meaning == role))
        for role in ("author", "editor")
    ]
    return {
        "name": profile.name,
        "facts": [(name, words) for name, words in facts if words],
        "bylines": profile.bylines,
        "roles": [(role, words) for role, words in roles if words],
        "cues": sorted(profile.cues.items()),
    }
