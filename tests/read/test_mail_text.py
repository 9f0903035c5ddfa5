"""Messages of electronic mail: their text and subject, and what is no message of plain text."""

import base64

import pytest

from flows.read.mail_text import read_mail

HEAD = {"From": "warta@x.id", "To": "a@x.id", "Date": "Tue, 12 Sep 2023 14:20:00 +0700", "Subject": "Hujan Deras"}
BODY = "Hujan turun sejak pagi.\n\nWarga waspada.\n"


def mail(body=BODY, **changes):
    head = {name: value for name, value in (HEAD | changes).items() if value is not None}
    return "\n".join([*(f"{name.replace('_', '-')}: {value}" for name, value in head.items()), "", body])


@pytest.mark.parametrize("changes", [{}, {"Subject": "Hujan\n Deras"}, {"Subject": "=?utf-8?q?Hujan_Deras?="}])
@pytest.mark.parametrize("before", ["", "\ufeff", "\r\n"])
def test_the_text_and_its_subject(changes, before):
    assert read_mail(before + mail(**changes)) == (BODY, {"title": "Hujan Deras"})


@pytest.mark.parametrize(
    "changes",
    [
        {"Subject": None},
        {"From": None},
        {"To": None, "Date": None},  # two known headers
        {"Content_Type": "text/html"},
        {"Content_Type": 'multipart/mixed; boundary="x"'},
        {"Content_Type": "text/plain; charset=unheard", "Content_Transfer_Encoding": "base64"},
    ],
)
def test_what_is_no_message_of_plain_text(changes):
    assert read_mail(mail(**changes)) is None


def test_a_line_in_the_head_that_is_no_header_makes_it_a_text():
    assert read_mail(mail().replace("Subject", "Hujan turun.\nSubject")) is None
    assert read_mail(BODY) is None


def test_an_empty_subject_states_no_title():
    assert read_mail(mail(Subject="  ")) == (BODY, {})


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", base64.b64encode("Café itu buka.".encode()).decode()),
        ("QUOTED-PRINTABLE", "Caf=C3=A9 itu buka."),
    ],
)
def test_an_encoded_text_is_decoded(encoding, body):
    read = read_mail(mail(body, Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding=encoding))
    assert read[0].strip() == "Café itu buka."
