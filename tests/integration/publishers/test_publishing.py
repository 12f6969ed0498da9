"""From the check to the public: what is uploaded, proven, tried again, held, replaced and taken away, and what a later look finds."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from foundation import audit
from foundation.audit import AuditEntry
from foundation.errors import Refused
from foundation.files import FileStore
from foundation.jobs import Job
from scanner.legal.products import ProductState
from scanner.legal.publications import Publication, S
from scanner.procedure import procedure
from scanner.publishing import delivery, upload_queue, uploading
from scanner.publishing.public_web import Web
from scanner.publishing.publishers.assisted import Assisted
from scanner.publishing.publishers.form import Form
from tests.integration.publishers import servers
from tests.integration.publishers.checked import HEAD, STAFF, Desk, pdf, said

FIELDS = {"type": "jenis", "number": "nomor", "title": "judul"}


@pytest.fixture
def site():
    """A site that takes uploads, and where it is."""
    site = servers.FormSite()
    with site.serve() as port:
        site.url = f"http://127.0.0.1:{port}"
        yield site


@pytest.fixture
def desk(database, tmp_path, site):
    web = Web([], [site.url.removeprefix("http://")])
    form = Form(web, f"{site.url}/upload", "kunci-contoh", FIELDS, "berkas", "data.url", "")
    return Desk(database, FileStore(tmp_path / "files"), {"form": form}, web)


def test_what_was_checked_is_uploaded_proven_and_then_published(desk, site):
    product = desk.check(pdf())
    desk.work()
    found = desk.one(product)
    assert (found.state, found.page_url, found.file_url) == (S.PUBLISHED, f"{site.url}/item/1", f"{site.url}/file/1.pdf")
    assert desk.product(product).state is ProductState.PUBLISHED
    assert said(found)[-1] == "It was downloaded from its public address, and is what was checked."
    assert desk.see(lambda session: session.scalar(sa.select(AuditEntry.details).where(AuditEntry.deed == "file published")))["sha256"]


@pytest.mark.parametrize(("wrong", "sentence", "lasting"), [
    ("500", "could not take the file just now", False), ("slow", "does not answer in time", False), ("cut", "broke", False),
    ("other", "links to no file that is the one that was checked", True), ("away", "leads elsewhere", True),
    ("mute", "does not say where it is published", True), ("nameless", "does not show the number", False),
    ("gone", "There is nothing at", False)])
def test_a_site_that_fails_is_told_by_name_and_tried_again_or_left_to_a_person(desk, site, wrong, sentence, lasting, monkeypatch):
    site.wrong = wrong
    product = desk.check(pdf())
    with monkeypatch.context() as patience:
        if wrong == "slow":
            patience.setattr("scanner.publishing.public_web.ANSWERS_WITHIN", 0.5)
        desk.work()
    found = desk.one(product)
    assert sentence in found.sentence % found.details
    assert found.next_step
    assert (found.state is S.FAILED) == lasting
    assert desk.product(product).state is ProductState.COMPLETE
    site.wrong = ""
    if lasting:
        desk.do(uploading.retry, found.id, STAFF)
    else:
        assert found.next_at
        desk.do(lambda session: session.execute(sa.update(Job).where(Job.done_at.is_(None)).values(due=sa.func.now())))
        desk.do(lambda session: session.execute(sa.update(Job).values(due=Job.created_at)))
    desk.work()
    assert (desk.one(product).state, desk.one(product).sentence, len(site.items)) == (S.PUBLISHED, "", 1)


def test_it_is_tried_for_a_day_with_growing_pauses_and_then_left_to_a_person(desk, site, clock):
    site.wrong = "500"
    product = desk.check(pdf())
    for pause in delivery.PAUSES:
        desk.work()
        assert desk.one(product).state is S.UPLOADING
        clock.shift(timedelta(seconds=pause + 1))
    desk.work()
    found = desk.one(product)
    assert (found.state, found.tries, site.posts) == (S.FAILED, len(delivery.PAUSES) + 1, len(delivery.PAUSES) + 1)
    assert [each.id for each in desk.see(upload_queue.look).needs] == [found.id]


def test_a_token_that_is_not_known_waits_for_a_person_and_is_nowhere_written(desk, site):
    desk.uploader.publishers["form"].token = "kunci-salah"
    product = desk.check(pdf())
    desk.work()
    found = desk.one(product)
    assert (found.state, "token" in found.sentence) == (S.FAILED, True)
    assert "kunci" not in str([found.log, found.details, desk.see(lambda s: [each.details for each in s.scalars(sa.select(AuditEntry))])])


def test_what_is_held_is_not_uploaded_until_it_is_let_go(desk, site):
    product = desk.check(pdf())
    desk.worker.run_one()  # arranged
    desk.do(uploading.pause, desk.one(product).id, STAFF)
    desk.work()
    assert (desk.one(product).state, site.posts) == (S.PAUSED, 0)
    with pytest.raises(Refused):
        desk.do(uploading.pause, desk.one(product).id, HEAD)
    desk.do(uploading.resume, desk.one(product).id, STAFF)
    desk.work()
    assert desk.one(product).state is S.PUBLISHED


def test_what_goes_first_goes_before_what_waits_longer(desk, site):
    products = [desk.check(pdf(number), number) for number in ("21", "22", "23")]
    for _ in products:
        desk.worker.run_one()
    desk.do(uploading.first, desk.one(products[1]).id, STAFF)
    desk.do(uploading.first, desk.one(products[2]).id, STAFF)
    assert [each.product.number for each in desk.see(upload_queue.look).waiting] == ["23", "22", "21"]
    desk.work()
    assert [item["no"] for item in site.items.values()] == ["23", "22", "21"]
    with pytest.raises(Refused, match="does not wait"):
        desk.do(uploading.first, desk.one(products[2]).id, STAFF)


def test_a_newer_file_replaces_the_one_before_once_it_is_proven(desk, site):
    product = desk.check(pdf("satu"))
    desk.work()
    site.wrong = "nameless"
    desk.check_another_file(product, pdf("dua"))
    desk.work()
    assert desk.states(product) == ["published", "proving"]
    site.wrong = ""
    desk.do(lambda session: session.execute(sa.update(Job).values(due=Job.created_at)))
    desk.work()
    assert desk.states(product) == ["replaced", "published"]
    old, new = desk.all(product)
    assert desk.product(product).state is ProductState.PUBLISHED
    assert (old.sentence % old.details, bool(old.trouble_at), new.sentence) == (f"The file is still at {site.url}/file/1.pdf.", True, "")


def test_a_file_that_is_checked_once_more_stays_public_and_what_waits_is_not_uploaded(desk, site):
    product = desk.check(pdf())
    desk.work()
    desk.check_another_file(product, pdf("dua"))
    desk.do(procedure.send_back, product, "returned", "pages", "", STAFF)
    desk.work()
    assert desk.states(product) == ["published"]
    assert site.posts == 1


def test_what_is_withdrawn_is_taken_away_or_a_person_is_told_where(desk, site, clock):
    product = desk.check(pdf())
    desk.work()
    desk.do(procedure.withdraw, product, "Salah lampiran", HEAD)
    desk.work()
    found = desk.one(product)
    assert (found.state, found.sentence % found.details) == (S.WITHDRAWN, f"The file is still at {site.url}/file/1.pdf.")
    assert desk.see(upload_queue.look).needs
    site.wrong = "gone"  # somebody took it away
    clock.shift(timedelta(hours=2))
    desk.do(delivery.order_looks)
    desk.work()
    assert (desk.one(product).trouble_at, desk.see(upload_queue.look).needs) == (None, [])


def test_a_page_that_was_left_by_an_upload_that_failed_is_taken_away_by_a_person_too(desk, site):
    site.wrong = "other"
    product = desk.check(pdf())
    desk.work()
    assert (desk.one(product).state, desk.one(product).file_url) == (S.FAILED, "")
    desk.do(procedure.send_back, product, "returned", "pages", "", STAFF)
    desk.work()
    assert desk.one(product).sentence % desk.one(product).details == f"The file is still at {site.url}/item/1."
    site.wrong = "gone"
    desk.do(uploading.retry, desk.one(product).id, STAFF)
    desk.work()
    assert (desk.one(product).state, desk.one(product).sentence) == (S.WITHDRAWN, "")


def test_what_is_published_again_is_the_file_that_was_checked(desk, site):
    product = desk.check(pdf())
    desk.work()
    desk.do(procedure.withdraw, product, "Salah lampiran", HEAD)
    desk.work()
    desk.do(procedure.publish_again, product, "Lampiran benar", HEAD)
    desk.work()
    assert (desk.one(product).state, desk.product(product).state, len(site.items)) == (S.PUBLISHED, ProductState.PUBLISHED, 1)


def test_what_is_taken_back_while_it_is_uploaded_is_taken_away_again(desk, site):
    product = desk.check(pdf())
    site.after = lambda: desk.do(procedure.send_back, product, "returned", "pages", "", STAFF)
    desk.work()
    found = desk.one(product)
    assert (found.state, desk.product(product).state) == (S.WITHDRAWN, ProductState.RETURNED)


@pytest.mark.parametrize(("wrong", "sentence"), [("other", "links to no file"), ("gone", "There is nothing at"),
                                                 ("nameless", "does not show the number")])
def test_a_public_page_that_changed_gets_a_flag_until_it_is_as_it_was(desk, site, clock, wrong, sentence):
    product = desk.check(pdf())
    desk.work()
    desk.do(lambda session: session.execute(sa.update(Publication).values(file_url="")))
    site.wrong = wrong
    clock.shift(timedelta(days=1, minutes=1))
    desk.do(delivery.order_looks)
    desk.work()
    found = desk.one(product)
    assert (found.state, sentence in found.sentence, bool(found.trouble_at)) == (S.PUBLISHED, True, True)
    site.wrong = ""
    desk.do(uploading.look_now, found.id, STAFF)
    desk.work()
    assert (desk.one(product).trouble_at, desk.one(product).sentence) == (None, "")
    assert "It is as it should be again." in said(desk.one(product))


def test_a_site_that_nobody_reaches_is_flagged_only_after_two_days(desk, site, clock):
    product = desk.check(pdf())
    desk.work()
    site.wrong = "500"
    for hours, flagged in ((25, False), (2, False), (23, True)):
        clock.shift(timedelta(hours=hours))
        desk.do(delivery.order_looks)
        desk.work()
        assert bool(desk.one(product).trouble_at) == flagged


def test_looks_are_ordered_once_and_only_when_they_are_due(desk, clock):
    desk.check(pdf())
    desk.work()
    for _ in range(3):
        desk.do(delivery.order_looks)
    names = desk.see(lambda session: session.scalars(sa.select(Job.name).where(Job.done_at.is_(None))).all())
    assert names == ["refresh"]


def test_what_nobody_works_on_any_more_is_taken_up_again(desk, clock):
    product = desk.check(pdf())
    desk.worker.run_one()  # arranged
    desk.do(lambda session: session.execute(sa.update(Job).values(tries=5)))  # a fault of ours: its job was given up
    desk.work()
    assert desk.one(product).state is S.QUEUED
    clock.shift(timedelta(hours=14))
    for _ in range(2):
        desk.do(delivery.order_looks)
    assert desk.see(lambda session: session.scalar(sa.select(sa.func.count()).where(Job.name == "upload"))) == 2
    while desk.worker.run_one():
        pass
    assert desk.one(product).state is S.PUBLISHED


def test_a_person_publishes_by_hand_and_says_where(desk, site):
    desk.uploader.publishers = {"assisted": Assisted()}
    product = desk.check(content := pdf())
    desk.work()
    found = desk.one(product)
    assert (found.state, desk.product(product).state) == (S.AWAITED, ProductState.COMPLETE)
    site.items["x"] = {"number": 1, "title": desk.product(product).title, "no": "12", "type": "Keputusan", "file": content}
    for address in ("", "not an address", "ftp://127.0.0.1/1", "https://elsewhere.example/1", f"{site.url}/" + "x" * 600):
        with pytest.raises(Refused) as refused:
            desk.do(uploading.say_address, found.id, address, "", desk.uploader.web.check, STAFF)
        assert set(refused.value.fields) == {"page_url"}
    desk.do(uploading.say_address, found.id, f"{site.url}/item/1", "", desk.uploader.web.check, STAFF)
    desk.work()
    assert (desk.one(product).state, desk.one(product).file_url) == (S.PUBLISHED, f"{site.url}/file/1.pdf")


def test_every_publisher_has_its_own_and_the_main_one_decides(desk, site):
    desk.uploader.publishers = {"form": desk.uploader.publishers["form"], "assisted": Assisted()}
    product = desk.check(pdf())
    desk.work()
    assert (desk.states(product), desk.product(product).state) == (["published", "awaited"], ProductState.PUBLISHED)
    desk.do(procedure.withdraw, product, "Salah", HEAD)
    desk.work()
    assert desk.states(product) == ["withdrawn", "withdrawn"]


def test_a_publisher_that_the_settings_name_no_more_is_said(desk):
    product = desk.check(pdf())
    desk.worker.run_one()
    desk.uploader.publishers = {}
    desk.work()
    assert "no publisher “form”" in desk.one(product).sentence % desk.one(product).details


def test_a_file_that_is_damaged_on_our_disk_is_not_uploaded(desk, site):
    product = desk.check(pdf())
    path = desk.files.path(desk.product(product).checked_sha256)
    path.chmod(0o600)
    path.write_bytes(b"%PDF damaged")
    desk.work()
    assert (desk.one(product).state, "damaged" in desk.one(product).sentence, site.posts) == (S.FAILED, True, 0)


def test_what_was_published_is_counted_by_type_and_month_of_the_office(desk, clock):
    for number in ("31", "32"):
        desk.check(pdf(number), number)
    desk.work()
    months = desk.see(lambda session: upload_queue.published_by_month(session, "form", 2026, "Asia/Jakarta"))
    assert [(month.number, month.of["kpt"]) for month in months if month.total] == [(3, 2)]


def test_the_trail_of_a_publication_is_whole(desk):
    desk.check(pdf())
    desk.work()
    audit.seal_all(desk.database)
    assert desk.see(audit.broken_at) is None
