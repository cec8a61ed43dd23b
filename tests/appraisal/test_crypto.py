import uuid
from datetime import UTC, datetime

import pytest

from appraisal.answers import Answer, last_answer, read_answer, salted_digests, seal_answer
from appraisal.crypto import (
    Keyring,
    MissingKeyring,
    PersonKey,
    UnreadableValue,
    WrappedKey,
    attach_keyring,
    decrypt,
    decrypt_for,
    encrypt,
    encrypt_for,
    keyring_of,
    shred,
)
from appraisal.organisations import Organisation
from appraisal.people import add_person
from engine.database import Database

KEY = bytes(range(32))
AT = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_value_can_only_be_read_for_what_it_was_written() -> None:
    cipher = encrypt(KEY, "张三".encode(), "name:1")

    assert decrypt(KEY, cipher, "name:1").decode() == "张三"
    assert encrypt(KEY, "张三".encode(), "name:1") != cipher
    for other in ((KEY[::-1], cipher, "name:1"), (KEY, cipher, "name:2"), (KEY, b"x", "name:1")):
        with pytest.raises(UnreadableValue):
            decrypt(*other)


def test_one_changed_byte_is_found() -> None:
    cipher = bytearray(encrypt(KEY, b"x", "a"))
    cipher[-1] ^= 1

    with pytest.raises(UnreadableValue):
        decrypt(KEY, bytes(cipher), "a")


def test_keyring_survives_its_file() -> None:
    ring = Keyring({"1": KEY, "2": KEY[::-1]}, "2", bytes(32))

    assert Keyring.load(ring.dump()) == ring


@pytest.mark.parametrize("text", ["", "1 00", f"index {KEY.hex()}", f"1 {KEY.hex()}"])
def test_an_incomplete_key_file_is_refused(text: str) -> None:
    with pytest.raises(MissingKeyring):
        Keyring.load(text)


def test_blind_index_depends_on_kind_value_and_key() -> None:
    ring, other = Keyring.generate(), Keyring.generate()
    index = ring.blind_index("resident_id", "1")

    assert index == ring.blind_index("resident_id", "1")
    assert (
        len({index, ring.blind_index("passport", "1"), other.blind_index("resident_id", "1")}) == 3
    )


def test_an_old_key_reads_and_a_missing_one_does_not(database: Database) -> None:
    old = Keyring.generate()
    with database.transaction() as db:
        attach_keyring(database.writer, old)
        person_id = _person(db)
        cipher = encrypt_for(db, person_id, b"secret", "note")

        newer = Keyring({**old.keys, "2": KEY}, "2", old.index_key)
        db.info["keyring"] = newer
        assert decrypt_for(db, person_id, cipher, "note") == b"secret"

        db.info["keyring"] = Keyring({"2": KEY}, "2", old.index_key)
        with pytest.raises(UnreadableValue):
            decrypt_for(db, person_id, cipher, "note")


def test_shredding_makes_every_answer_unreadable_and_keeps_the_digests(database: Database) -> None:
    attach_keyring(database.writer, Keyring.generate())
    with database.transaction() as db:
        person_id = _person(db)
        row = seal_answer(
            db,
            instance_id=uuid.uuid4(),
            user_task_id=None,
            element_id="first_review",
            person_id=person_id,
            values={"reason": "年限不足", "years": 2},
            at=AT,
        )
        answer = Answer(**row)
        db.add(answer)
        assert last_answer(db, answer.instance_id, "first_review") == {
            "reason": "年限不足",
            "years": 2,
        }
        assert last_answer(db, answer.instance_id, "other") is None

        assert shred(db, person_id, at=AT) is True
        assert shred(db, person_id, at=AT) is False

        with pytest.raises(UnreadableValue):
            read_answer(db, answer)
        with pytest.raises(UnreadableValue):
            encrypt_for(db, person_id, b"more", "note")
        assert answer.digests == salted_digests({"reason": "年限不足", "years": 2}, answer.salt)
        assert db.get_one(PersonKey, person_id).wrapped is None


def test_without_a_keyring_nothing_is_encrypted(database: Database) -> None:
    with database.transaction() as db, pytest.raises(MissingKeyring):
        keyring_of(db)


def test_only_a_persons_own_key_is_taken_of_those_read_before(database: Database) -> None:
    attach_keyring(database.writer, Keyring.generate())
    with database.transaction() as db:
        person_id = _person(db)
        first = encrypt_for(db, person_id, b"first", "note")
        row = db.get_one(PersonKey, person_id)
        own = WrappedKey(person_id, row.key_id, row.wrapped)
        others = WrappedKey(person_id + 1, row.key_id, b"of somebody else")

        ciphers = [first, *(encrypt_for(db, person_id, b"x", "note", key=k) for k in (own, others))]

        assert [decrypt_for(db, person_id, c, "note") for c in ciphers] == [b"first", b"x", b"x"]
        with pytest.raises(UnreadableValue):
            encrypt_for(db, person_id, b"x", "note", key=own._replace(wrapped=None))


def _person(db: object) -> int:
    body = Organisation(code="A", name="A")
    db.add(body)  # type: ignore[attr-defined]
    db.flush()  # type: ignore[attr-defined]
    person = add_person(db, body.id, "张三", "zs")  # type: ignore[arg-type]
    assert person.id is not None
    return person.id
