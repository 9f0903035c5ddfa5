import json
import time

import pytest

from flows.read.json_objects import DECODER

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "b": 2}', {"a": 1, "b": 2}),
        ('{"a": 1, "b": 2, "a": 3}', {"a": 1, "a_2": 3, "b": 2}),
        ('{"a": "x", "a": "x", "a": "y", "a": "x"}', {"a": "x", "a_2": "y"}),
        ('{"a": null, "a": "x", "a": ""}', {"a": "x"}),
        ('{"a": "", "a": null}', {"a": None}),
        ('{"a": 1, "a": true, "a": [1], "a": {"b": 1}}', {"a": 1, "a_2": True, "a_3": [1], "a_4": {"b": 1}}),
        ('[{"in": {"a": 1, "a": 2}}]', [{"in": {"a": 1, "a_2": 2}}]),
    ],
)
def test_no_value_takes_the_place_of_another_of_its_key(text, expected):
    decoded = DECODER.decode(text)
    assert decoded == expected
    assert json.dumps(decoded) == json.dumps(expected)  # in this order, and true is not 1


@pytest.mark.parametrize(
    ("name", "form"), [("a.jsonl", "{}\n"), ("a.json", "[{}]"), ("a.json", '{{"articles": [{}]}}')]
)
def test_a_record_that_states_its_text_twice_loses_neither(one, name, form):
    other = "Warga lain menunggu di balai desa sampai air surut pada sore hari, kata kepala desa."
    record = f'{{"id": "1", "isi": "{PROSE}", "judul": "Satu", "isi": "{other}"}}'
    [document], rejects = one(form.format(record).encode(), name)
    assert rejects == [] and document["content"].decode() == PROSE
    assert PROSE in document["raw"].decode() and other in document["raw"].decode()


def test_many_repeated_keys_take_time_in_proportion_to_them():
    text = "{" + ", ".join(f'"a": {number}' for number in range(40_000)) + "}"
    started = time.process_time()
    assert len(DECODER.decode(text)) == 40_000
    assert time.process_time() - started < 2
