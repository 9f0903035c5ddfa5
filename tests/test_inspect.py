"""The artifacts of the flow `inspect-source` hold kinds, counts, keys and lengths, but no word of a document."""

import json

from flows import inspect
from flows.read import source_inspection

WORDS = ("Dermaga", "kerapu", "nelayan")


def test_no_artifact_holds_a_word_of_a_document(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(
        "judul,isi\n" + "".join(f"Dermaga {n} Dibuka,Harga kerapu naik {n} kali menurut nelayan.\n" for n in range(9)),
        encoding="utf-8",
    )
    (tmp_path / "b.txt").write_text("Dermaga kerapu nelayan " * 9, encoding="utf-8")
    created = {}
    for name in ("create_markdown_artifact", "create_table_artifact"):
        monkeypatch.setattr(inspect, name, lambda **fields: created.update({fields.pop("key"): fields}))
    inspect.create_inspection_artifacts(source_inspection.inspect_source(str(tmp_path)))
    assert set(created) == {"inspection", "inspection-keys"}
    assert not any(word in json.dumps(created) for word in WORDS)
    rows = {row["key"]: row for row in created["inspection-keys"]["table"]}
    assert rows["judul"] == {
        "key": "judul",
        "filled": "9 of 9",
        "states": "title (known key)",
        "length": "16 characters",
    }
