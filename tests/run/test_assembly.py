"""The state of a run, from what was cleaned now and before."""

from flows import cache
from flows.run.assembly import assemble_from_index


def test_a_source_without_a_document_is_a_state_without_rows(tmp_path):
    store = cache.OutcomeStore(tmp_path / "outcomes", cache.CodeVersion("made"))
    state = assemble_from_index(store, cache.EMPTY_INDEX, 0, tmp_path)
    assert (state.articles.num_rows, state.rejects.num_rows, state.documents_in, state.used_places) == (0, 0, 0, {})
