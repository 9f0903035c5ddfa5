"""The stream that a page pushes to its framework, row by row."""

import json

from flows.clean.html.pushed_data import read_pushed_rows

STORY = "Dewan kota membuka jembatan baru – dua tahun terlambat.\nFeri berlayar untuk terakhir kali."


def push(*pieces: str) -> list[str]:
    return ["(self.__next_f=self.__next_f||[]).push([0])"] + [
        f"self.__next_f.push([1,{json.dumps(piece)}])" for piece in pieces
    ]


def test_rows_of_json_and_of_text_are_read_across_pieces() -> None:
    text = f"2:T{len(STORY.encode()):x},{STORY}"
    stream = f'0:I[12,["a.js"],"default"]\n1:{json.dumps({"title": "Jembatan"})}\n{text}3:["$","p",null,{{}}]\n'
    middle = len(stream) // 2
    expected = [{"title": "Jembatan"}, STORY, ["$", "p", None, {}]]
    assert read_pushed_rows(push(stream)) == expected
    assert read_pushed_rows(push(stream[:middle], stream[middle:])) == expected
    assert read_pushed_rows(["; ".join(push(stream[:5], stream[5:]))]) == expected


def test_what_is_no_stream_gives_nothing() -> None:
    assert read_pushed_rows(["window.x = 1", ""]) == []
    assert read_pushed_rows(push("no row at all", '1:{"broken":')) == []
    assert read_pushed_rows(["self.__next_f.push([1,"]) == []


def test_a_text_that_is_shorter_than_its_row_says_ends_the_stream() -> None:
    assert read_pushed_rows(push("1:Tffff,kurang")) == ["kurang"]
