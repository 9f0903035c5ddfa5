import pytest

from flows.clean.lines.line_table import split_lines
from schemas.word_count import count_words


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("satu dua  tiga", 3, 3),
        ("a – b", 3, 3),
        ("เทศบาลเปิดสะพานใหม่ข้ามแม่น้ำ", 6, 9),
        ("สะพาน KL-200 เปิด", 3, 5),
        ("សាលាក្រុងបានបើកបណ្ណាល័យអណ្តែតទឹក", 5, 9),
        ("စာကြည့်တိုက်ကို မနေ့က ဖွင့်လှစ်ခဲ့သည်", 5, 11),
        ("ເທດສະບານເປີດຂົວໃໝ່", 3, 5),
        ("市政府宣布新桥将在春天开放。", 5, 7),
        ("東京で首相が会見した", 5, 5),
    ],
)
def test_words_are_counted_by_script(text: str, low: int, high: int) -> None:
    assert low <= count_words(text) <= high


def test_scripts_have_their_full_stops() -> None:
    thai = "เทศบาลเปิดสะพานใหม่ข้ามแม่น้ำเมื่อวานนี้หลังจากชาวบ้านรอคอยมานานกว่าเก้าปีและต้องใช้เรือข้ามฟาก"
    lines = split_lines(f"{thai}\nเทศบาลเปิด\nគម្រោងនេះបានបើក។\nဖွင့်လှစ်ခဲ့သည်။\n「春に開く。」\n春に開く")
    assert lines.ends_sentence == [True, False, True, True, True, False]
