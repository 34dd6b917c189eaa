"""Without a mail server each mail is a file."""

import stat
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask

from registration import clock
from registration.extensions import db
from registration.mail.compose import MailMessage, compose
from registration.mail.deliver import deliver_batch
from registration.mail.queue import enqueue
from registration.mail.smtp import Folder, ServerAway
from tests.mail.conftest import NOON
from tests.mail.test_server import SUBJECTS, letter


def test_a_mail_is_written_to_a_file_that_only_its_owner_reads(bare_app: Flask) -> None:
    row = enqueue("hello", subject=("r", 1), occurrence="", channel="mail")
    db.session.commit()
    row_id, message_id = row.id, row.message_id
    assert deliver_batch(clock.now()) == 1
    folder = Path(bare_app.instance_path) / "mail"
    (file,) = folder.iterdir()
    assert file.name.endswith(f"-hello-{row_id}.eml")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    mail = message_from_bytes(file.read_bytes(), policy=default)
    assert (mail["Message-ID"], mail["Subject"]) == (message_id, "Hello 1")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_in_a_file_reads_as_it_was_written(bare_app: Flask, tmp_path: Path, subject: str) -> None:
    with clock.at(NOON):
        Folder(tmp_path / "mail").send(compose(letter(subject=subject), "<1@example.org>"), "hello-1")
    mail = message_from_bytes((tmp_path / "mail/20270518T180000.000000-hello-1.eml").read_bytes(), policy=default)
    assert mail["Subject"] == subject


def test_a_file_is_there_whole_or_not_at_all(bare_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "mail"

    def full(_message: MailMessage) -> bytes:
        assert list(folder.glob("*.eml")) == []
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MailMessage, "as_bytes", full)
    with pytest.raises(ServerAway, match="No space left"):
        Folder(folder).send(compose(letter(), "<1@example.org>"), "hello-1")
    assert list(folder.iterdir()) == []
