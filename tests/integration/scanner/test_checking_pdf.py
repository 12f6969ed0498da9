"""PDFs that come from elsewhere: what is in them, and one clear sentence for those that cannot be taken."""

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from foundation.errors import Refused
from scanner.workshop.checking_pdf import check
from tests.drawn import empty
from tests.written import compose, order, page


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    folder = tmp_path_factory.mktemp("document")
    compose(order(folder, [page(), (empty(), None)]))
    return folder / "document.pdf"


@pytest.fixture
def changed(document, tmp_path):
    """A copy of the document with something changed in it by a function."""
    def change(how, **save) -> dict:
        with pikepdf.open(document) as pdf:
            how(pdf)
            pdf.save(tmp_path / "changed.pdf", **save)
        return check(tmp_path / "changed.pdf")
    return change


def test_a_document_of_ours_is_what_it_says(document):
    told = check(document)
    assert (told["pages"], told["encrypted"], told["claims"], told["verdict"], told["because"]) == (2, False, "2b", "pass", [])
    assert told["letters"][0] > 100
    assert told["without_text"] == [2]
    assert (told["seals"], told["scripts"], told["attachments"], told["forms"]) == ([], 0, 0, 0)


def test_a_claim_to_be_pdfa_that_is_not_kept_is_told(changed):
    def drop(pdf):
        del pdf.Root.OutputIntents

    told = changed(drop)
    assert (told["claims"], told["verdict"]) == ("2b", "fail")
    assert told["because"]


def test_a_file_without_a_claim_is_not_judged(changed):
    def drop(pdf):
        del pdf.Root.Metadata

    told = changed(drop)
    assert (told["claims"], told["verdict"]) == ("", "")


def test_scripts_attachments_and_forms_are_counted(changed):
    def add(pdf):
        script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        pdf.Root.OpenAction = script
        pdf.pages[0].AA = Dictionary(O=script)
        pdf.attachments["lampiran.txt"] = b"isi"
        pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("nama")))]))

    told = changed(add)
    assert (told["scripts"], told["attachments"], told["forms"]) == (2, 1, 1)


def test_a_file_that_is_encrypted_but_opens_is_taken_and_told(changed):
    told = changed(lambda pdf: None, encryption=pikepdf.Encryption(owner="pemilik", user=""))
    assert told["encrypted"]


def test_a_file_under_a_password_is_refused(changed):
    with pytest.raises(Refused, match="password"):
        changed(lambda pdf: None, encryption=pikepdf.Encryption(owner="pemilik", user="rahasia"))


@pytest.mark.parametrize("part", [0.1, 0.5, 0.98])
def test_a_file_that_is_cut_off_is_refused(document, tmp_path, part):
    data = document.read_bytes()
    (tmp_path / "cut.pdf").write_bytes(data[:int(len(data) * part)])
    with pytest.raises(Refused, match="cut off or damaged"):
        check(tmp_path / "cut.pdf")


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.pdf").touch()
    with pytest.raises(Refused, match="empty"):
        check(tmp_path / "empty.pdf")


def test_a_picture_that_is_called_a_pdf_is_refused(tmp_path):
    Image.new("L", (20, 20)).save(tmp_path / "picture.pdf", "JPEG")
    with pytest.raises(Refused, match="no PDF"):
        check(tmp_path / "picture.pdf")


def test_a_file_with_nothing_but_a_beginning_is_refused(tmp_path):
    (tmp_path / "short.pdf").write_bytes(b"%PDF-1.7\n" + b"\0" * 500)
    with pytest.raises(Refused, match="cut off or damaged"):
        check(tmp_path / "short.pdf")


def test_a_file_with_more_pages_than_anybody_scans_is_refused(tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages.extend([pdf.pages[0]] * 5_000)
        pdf.save(tmp_path / "many.pdf")
    with pytest.raises(Refused, match="too large"):
        check(tmp_path / "many.pdf")
