"""datasets.toml: three lines an entry, refusals that say what to write."""

import pytest

from flows.operate.dataset_file import DatasetFileError, load_dataset_entries


def load(tmp_path, text, taken_names=frozenset()):
    path = tmp_path / "datasets.toml"
    path.write_text(text, encoding="utf-8")
    return load_dataset_entries(path, taken_names)


def test_three_lines_are_enough(tmp_path):
    (entry,) = load(tmp_path, '[kabar]\nsource = "data/kabar"\nschedule = "nightly"\n')
    assert entry.parameters == {"source": "data/kabar", "dataset": "kabar", "more": {"wait": 3600}}
    minute, hour, *rest = entry.cron.split()
    assert 1 <= int(hour) <= 4 and 0 <= int(minute) <= 59 and rest == ["*", "*", "*"]
    assert entry.active and entry.timezone == "Asia/Jakarta" and entry.keep is None


def test_no_file_is_no_dataset(tmp_path):
    assert load_dataset_entries(tmp_path / "datasets.toml") == []


def test_fields_of_the_form_are_nested_as_the_form_has_them(tmp_path):
    (entry,) = load(
        tmp_path,
        '[kabar]\nsource = "data"\nappend = true\noutput = "data/out"\nduplicates = "drop"\nkeep = 30\n'
        'map = { text = "isi", url = "data.link" }\n'
        'schedule = "15 4 * * 1"\ntimezone = "Asia/Makassar"\nactive = false\n',
    )
    assert entry.parameters == {
        "source": "data", "dataset": "kabar", "append": True, "duplicates": "drop",
        "map": ["text=isi", "url=data.link"], "more": {"output": "data/out", "wait": 3600},
    }  # fmt: skip
    assert (entry.cron, entry.timezone, entry.active, entry.keep) == ("15 4 * * 1", "Asia/Makassar", False, 30)


def test_many_nights_are_spread_out_and_stay_where_they_are(tmp_path):
    text = "".join(f'[kabar{number}]\nsource = "data"\nschedule = "nightly"\n' for number in range(200))
    crons = [entry.cron for entry in load(tmp_path, text)]
    busiest = max(crons.count(cron) for cron in crons)
    assert len(set(crons)) > 100 and busiest <= 6
    assert crons[:50] == [entry.cron for entry in load(tmp_path, "".join(text.partition("[kabar50]")[:1]))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[kabar", "no TOML"),
        ('[kabar]\nschedule = "nightly"', "[kabar] has no source"),
        ('[Kabar]\nsource = "data"', "[Kabar] is no name"),
        ('[kabar]\nsource = "data"\nsorce = 1', "sorce"),
        ('[kabar]\nsource = "data"\nworkers = 0', "workers = 0"),
        ('[kabar]\nsource = "data"\nschedule = "every day"', "`nightly`, `hourly` or a cron line"),
        ('[kabar]\nsource = "data"\nkeep = 0', "keep = 0"),
        ('[nightly]\nsource = "data"', "a deployment in prefect.yaml"),
        ('source = "data"', "outside an entry"),
    ],
)
def test_a_mistake_is_a_sentence_that_names_its_place(tmp_path, text, words):
    with pytest.raises(DatasetFileError) as error:
        load(tmp_path, text, frozenset({"nightly"}))
    assert words in str(error.value) and "datasets.toml" in str(error.value)
