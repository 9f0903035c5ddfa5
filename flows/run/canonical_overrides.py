"""URLs of documents whose declared canonical URL turned out to be another document's.

The outcome of such a document is cached with the canonical that it declares. What its row and its evidence say instead
follows from the run, so it is put in place wherever they are read.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

RULE: Final = "url.canonical-shared"


def override_urls(articles: pa.Table, own_urls: Mapping[int, str | None]) -> pa.Table:
    """Return articles (with `row`) whose `url`, if they have that column, is that of `own_urls` where it names them."""
    if not own_urls or "url" not in articles.column_names:
        return articles
    places = np.flatnonzero(np.isin(articles["row"].to_numpy(), list(own_urls)))
    if not len(places):
        return articles
    urls = articles["url"].to_pylist()
    for place in places.tolist():
        urls[place] = own_urls[articles["row"][place].as_py()]
    return _replace_column(articles, "url", urls)


def override_evidence(evidence: pa.Table, rows: npt.NDArray[np.int64], own_urls: Mapping[int, str | None]) -> pa.Table:
    """Return evidence, of the articles `rows`, whose rule for the URL says that the declared canonical is shared.

    It quotes the own URL, or the declared one where the document has none of its own.
    """
    is_url = np.asarray(pc.equal(evidence["field"], "url")) & np.isin(rows, list(own_urls))
    if not is_url.any():
        return evidence
    rules, quotes = evidence["rule"].to_pylist(), evidence["quote"].to_pylist()
    for place in np.flatnonzero(is_url).tolist():
        rules[place] = RULE
        quotes[place] = own_urls[int(rows[place])] or quotes[place]
    return _replace_column(_replace_column(evidence, "rule", rules), "quote", quotes)


def _replace_column(table: pa.Table, name: str, values: list[str | None]) -> pa.Table:
    column_index = table.schema.get_field_index(name)
    field = table.schema.field(column_index)
    return table.set_column(column_index, field, pa.array(values, field.type))
