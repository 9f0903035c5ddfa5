"""What the Prefect UI shows of a run: its outcome in words, and what was rejected and why."""

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.outcome import Outcome

# A link of an artifact, not a place for data: enough rows to see a pattern; the whole table is in the release.
MOST_EXAMPLES = 50


def show(outcome: Outcome) -> None:
    """Create the artifacts of a run. Scraped words are shown in a table cell or as code, never as markdown."""
    lines = "\n".join(outcome.lines()).replace("```", "'''")
    create_markdown_artifact(key="summary", markdown=f"```\n{lines}\n```", description=outcome.sentence())
    if outcome.examples:
        create_table_artifact(
            key="rejects",
            table=[
                {"document": name, "reason": reason, "detail": detail}
                for name, reason, detail in outcome.examples[:MOST_EXAMPLES]
            ],
            description="Documents that did not become articles, the first of each reason.",
        )
