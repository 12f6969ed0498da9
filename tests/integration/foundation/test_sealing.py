"""How people can be reached is sealed in the database, and its key is proved before anything is done with it."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from click.testing import CliRunner

from foundation import keys
from foundation.database import Database, DatabaseUnusable
from foundation.sealing import WrongKey
from foundation.settings import Settings
from kiosk.ledger.members import Member
from kiosk.ledger.visits import Visit
from tests.builders import a_guest, a_kiosk
from tests.conftest import KEY
from webui import cli, migrating

CONTACT = "0800-555-fiktif"


@pytest.fixture
def visit(database) -> Visit:
    with database.transaction() as session:
        return a_guest(session, a_kiosk(session), contact=CONTACT)


def raw(database: Database, table: str = "visit") -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.scalars(sa.text(f"SELECT contact FROM {table}")))  # noqa: S608 the name of a table


def test_the_database_does_not_say_how_a_person_can_be_reached(database, visit):
    [kept] = raw(database)
    assert CONTACT not in kept
    with database.reading() as session:
        assert session.get_one(Visit, visit.id).contact == CONTACT
    if database.on_sqlite:
        folder = Path(database.url.database).parent
        assert not any(CONTACT.encode() in path.read_bytes() for path in folder.glob("loket.db*"))


def test_an_empty_contact_can_still_be_asked_for(database, visit):
    with database.transaction() as session:
        a_guest(session, a_kiosk(session), name="Tanpa Kontak")
        assert session.scalars(sa.select(Visit.name).where(Visit.contact == "")).all() == ["Tanpa Kontak"]


def test_another_key_is_refused_in_a_sentence_and_nothing_is_lost(database, visit):
    assert migrating.upgrade(database) is False  # the first look notes by which key is sealed
    stranger = Database(str(database.url.render_as_string(hide_password=False)), b"x" * 32)
    with pytest.raises(DatabaseUnusable, match=r"put the keys\.json .+ back from the backup .+ nothing is lost.+give-up-contacts"):
        migrating.upgrade(stranger)
    with stranger.reading() as session, pytest.raises(WrongKey):
        session.get(Visit, visit.id)
    stranger.close()
    again = Database(str(database.url.render_as_string(hide_password=False)), KEY)
    migrating.upgrade(again)
    with again.reading() as session:
        assert session.get_one(Visit, visit.id).contact == CONTACT
    again.close()


def test_a_database_opened_without_a_key_takes_no_contact(database_url):
    keyless = Database(database_url)
    with pytest.raises(WrongKey), keyless.transaction() as session:
        a_guest(session, a_kiosk(session), contact=CONTACT)
    with keyless.transaction() as session:
        a_guest(session, a_kiosk(session))
    keyless.close()


def test_an_older_installation_has_its_contacts_sealed_and_going_back_opens_them(database):
    config = Config()
    config.set_main_option("script_location", str(migrating.FOLDER))
    config.attributes["database"] = database
    with database.transaction() as session:
        guests = [a_guest(session, a_kiosk(session), name=f"Tamu {n}", contact=f"{CONTACT} {n}" if n % 2 else "").id for n in range(5)]
    command.downgrade(config, "0012")
    assert sorted(raw(database)) == ["", "", "", f"{CONTACT} 1", f"{CONTACT} 3"]
    migrating.upgrade(database)
    assert not any(CONTACT in kept for kept in raw(database))
    if database.on_sqlite:
        database.close()  # the last one who leaves writes the log back
        assert CONTACT.encode() not in Path(database.url.database).read_bytes()
    with database.reading() as session:
        assert [session.get_one(Visit, guest).contact for guest in guests] == ["", f"{CONTACT} 1", "", f"{CONTACT} 3", ""]


def test_keys_made_before_contacts_were_sealed_get_one_and_keep_the_others(tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"session": "aa" * 32, "slips": {"1": "bb" * 32}}))
    first, again = keys.load(tmp_path), keys.load(tmp_path)
    assert first == again
    assert (first.session, first.slips, len(first.contacts)) == (b"\xaa" * 32, {1: b"\xbb" * 32}, 32)
    keys.rotate(tmp_path)
    assert keys.load(tmp_path).contacts == first.contacts
    assert keys.load(tmp_path, "shared").contacts == keys.load(tmp_path / "elsewhere", "shared").contacts != first.contacts


@pytest.mark.one_database
def test_where_the_key_is_lost_for_ever_the_contacts_are_given_up_and_work_goes_on(database_url, tmp_path, monkeypatch):
    settings = Settings(data=tmp_path, database_url=database_url)
    monkeypatch.setenv("LOKET_DATA", str(tmp_path))
    monkeypatch.setenv("LOKET_DATABASE_URL", database_url)
    with cli._database(settings) as database, database.transaction() as session:
        a_guest(session, a_kiosk(session), contact=CONTACT)
        session.add(Member(number=1, name="Lestari Contoh", category="public", contact=CONTACT, joined_on=sa.func.current_date()))
    (tmp_path / "keys.json").unlink()
    said = CliRunner().invoke(cli.main, ["migrate"])
    assert said.exit_code == 1
    assert "nothing is lost" in said.output
    assert CliRunner().invoke(cli.main, ["keys", "give-up-contacts"], input="n\n").exit_code == 1
    assert CliRunner().invoke(cli.main, ["keys", "give-up-contacts", "--yes"]).exit_code == 0
    assert CliRunner().invoke(cli.main, ["migrate"]).exit_code == 0
    with cli._database(settings) as database:
        assert raw(database) == raw(database, "member") == [""]
