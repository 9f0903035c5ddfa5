"""Declarations: the files of the checkout are right, and a schedule that no server takes is refused with a sentence."""

import shutil

import pytest

from flows.operate.dataset_file import DatasetFileError
from flows.operate.declarations import load_declarations


def load(root, tmp_path, text):
    shutil.copy(root / "prefect.yaml", tmp_path)
    (tmp_path / "datasets.toml").write_text(text, encoding="utf-8")
    return load_declarations(tmp_path)


def test_each_entry_is_a_deployment_and_what_is_kept_is_pruned_by_one(root, tmp_path):
    few = {declaration.name for declaration in load(root, tmp_path, "")}
    text = "".join(f'[{name}]\nsource = "data/{name}"\nschedule = "nightly"\nkeep = 7\n' for name in ("kabar", "warta"))
    many = {declaration.name: declaration for declaration in load(root, tmp_path, text)}
    assert many.keys() - few == {"kabar", "warta", "prune"}
    assert many["prune"].parameters == {"keep": {"kabar": 7, "warta": 7}, "output": "output"}
    assert many["kabar"].limit == {"limit": 1, "collision_strategy": "CANCEL_NEW"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('schedule = "99 99 * * *"', "schedule = '99 99 * * *'"),
        ('schedule = "satu dua tiga empat lima"', "a cron line was expected"),
        ('schedule = "R * * * *"', "schedule = 'R * * * *'"),
        ('schedule = "nightly"\ntimezone = "Asia/Jakata"', "timezone = 'Asia/Jakata'"),
    ],
)
def test_a_schedule_that_no_server_takes_is_refused_with_its_place(root, tmp_path, line, words):
    with pytest.raises(DatasetFileError) as error:
        load(root, tmp_path, f'[kabar]\nsource = "data/kabar"\n{line}\n')
    assert str(error.value).startswith("datasets.toml: kabar: ") and words in str(error.value)


@pytest.mark.parametrize("text", ["pull: [", "[]", "pull: []\ndeployments:\n- name: kabar\n", None])
def test_a_prefect_file_that_declares_no_deployments_is_refused_with_a_sentence(tmp_path, text):
    if text is not None:
        (tmp_path / "prefect.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DatasetFileError, match=r"prefect\.yaml .*Correct it and start again"):
        load_declarations(tmp_path)
