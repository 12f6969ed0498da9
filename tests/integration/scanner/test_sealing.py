"""A published document is sealed; what happens to it afterwards is found out."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from foundation.errors import Refused
from scanner.assembly import compose
from scanner.sealing import SealSettings, seal, seals
from tests.from_elsewhere import aside
from tests.written import order, page

WHO = "Segel Kantor Contoh"


def certificate(name: str, issuer: tuple[x509.Certificate, rsa.RSAPrivateKey] | None = None, stamps: bool = False):
    """One that signs others, where nobody issued it; else one that seals, or stamps times."""
    key, root = rsa.generate_private_key(65537, 2048), issuer is None
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    by, signs = (subject, key) if root else (issuer[0].subject, issuer[1])
    usage = dict.fromkeys(("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False)
    built = (x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key.public_key())
             .serial_number(x509.random_serial_number())
             .not_valid_before(datetime.now(UTC) - timedelta(days=1)).not_valid_after(datetime.now(UTC) + timedelta(days=30))
             .add_extension(x509.BasicConstraints(root, None), critical=True)
             .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
             .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signs.public_key()), critical=False)
             .add_extension(x509.KeyUsage(digital_signature=not root, content_commitment=not root and not stamps, key_cert_sign=root,
                                          crl_sign=root, **usage), critical=True))
    if stamps:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return built.sign(signs, hashes.SHA256()), key


def pem(found: x509.Certificate) -> bytes:
    return found.public_bytes(serialization.Encoding.PEM)


def sealing_key(folder: Path) -> tuple[Path, Path]:
    """A PKCS#12 file with the key of WHO, and the file with its password."""
    root = certificate("Otoritas Contoh")
    sealing, key = certificate(WHO, root)
    return _written(folder, key, sealing, root[0])


def _written(folder: Path, key, sealing: x509.Certificate, root: x509.Certificate) -> tuple[Path, Path]:
    (folder / "key.p12").write_bytes(pkcs12.serialize_key_and_certificates(
        b"segel", key, sealing, [root], serialization.BestAvailableEncryption(b"rahasia contoh")))
    (folder / "password").write_text("rahasia contoh\n")
    return folder / "key.p12", folder / "password"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A folder with a document, a key and its password, and the certificate of who vouches for the key; and who stamps times."""
    folder = tmp_path_factory.mktemp("office")
    root = certificate("Otoritas Contoh")
    sealing, key = certificate(WHO, root)
    stamping, stamp_key = certificate("Waktu Contoh", root, stamps=True)
    _written(folder, key, sealing, root[0])
    (folder / "root.pem").write_bytes(pem(root[0]))
    (folder / "stranger.pem").write_bytes(pem(certificate("Orang Lain")[0]))
    compose(order(folder, [page()]))
    stamper = DummyTimeStamper(
        asn1.Certificate.load(stamping.public_bytes(serialization.Encoding.DER)),
        keys.PrivateKeyInfo.load(stamp_key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                                         serialization.NoEncryption())))
    return folder, SealSettings(password=folder / "password", key=folder / "key.p12", reason="Salinan digital", place="Kantor"), stamper


@pytest.fixture
def sealed(office, tmp_path) -> Path:
    folder, settings, _ = office
    aside(seal, folder / "document.pdf", tmp_path / "sealed.pdf", settings)
    return tmp_path / "sealed.pdf"


def test_a_seal_says_whose_it_is_and_that_nothing_was_changed(sealed):
    found, = aside(seals, sealed)
    assert (found.who, found.stamped, found.intact, found.whole) == (WHO, False, True, True)
    assert abs(found.when - datetime.now(UTC)) < timedelta(minutes=5)


def test_nobodys_trust_is_judged_without_a_list_of_whom_to_trust(sealed, office):
    folder = office[0]
    lists = [], [folder / "root.pem"], [folder / "stranger.pem"]
    assert [aside(seals, sealed, trusted)[0].trusted for trusted in lists] == [None, True, False]


def test_the_document_under_the_seal_is_as_it_was(sealed, office):
    original = (office[0] / "document.pdf").read_bytes()
    assert sealed.read_bytes()[:len(original)] == original


def test_a_seal_with_a_time_stamp_says_the_time_of_the_service(office, tmp_path):
    folder, settings, stamper = office
    aside(seal, folder / "document.pdf", tmp_path / "sealed.pdf", settings, stamper)
    found, = aside(seals, tmp_path / "sealed.pdf")
    assert (found.stamped, found.intact, found.whole) == (True, True, True)


def test_one_changed_byte_is_found(sealed):
    data = bytearray(sealed.read_bytes())
    data[data.index(b"stream\n") + 100] ^= 1
    sealed.write_bytes(data)
    assert [found.intact for found in seals(sealed)] == [False]


def test_something_added_after_the_seal_is_found(sealed, tmp_path):
    from pyhanko.pdf_utils.generic import NameObject, TextStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    with sealed.open("rb") as file, (tmp_path / "more.pdf").open("wb") as out:
        writer = IncrementalPdfFileWriter(file)
        writer.root["/Lang"] = TextStringObject("en")
        writer.root[NameObject("/Added")] = TextStringObject("x")
        writer.update_root()
        writer.write(out)
    found, = aside(seals, tmp_path / "more.pdf")
    assert (found.intact, found.whole) == (False, False)


def test_poppler_finds_the_seal_valid_and_a_changed_one_not(sealed):
    def told() -> str:
        return subprocess.run(["pdfsig", "-nocert", sealed], capture_output=True, text=True).stdout

    assert "Signature is Valid" in told()
    data = bytearray(sealed.read_bytes())
    data[data.index(b"stream\n") + 100] ^= 1
    sealed.write_bytes(data)
    assert "Signature is Valid" not in told()


def test_a_document_without_a_seal_has_none(office):
    assert seals(office[0] / "document.pdf") == []


@pytest.mark.parametrize("wrong", ["password", "key"])
def test_a_wrong_key_or_password_is_said_and_nothing_is_written(office, tmp_path, wrong):
    folder, settings, _ = office
    (tmp_path / "wrong").write_text("bukan")
    with pytest.raises(Refused, match="key for the seal"):
        aside(seal, folder / "document.pdf", tmp_path / "sealed.pdf", SealSettings(**{**settings.__dict__, wrong: tmp_path / "wrong"}))
    assert not (tmp_path / "sealed.pdf").exists()


def test_a_time_stamping_service_that_does_not_answer_is_said(office, tmp_path):
    folder, settings, _ = office
    with pytest.raises(Refused, match="time-stamping"):
        aside(seal, folder / "document.pdf", tmp_path / "sealed.pdf", SealSettings(**{**settings.__dict__, "timestamps": "http://127.0.0.1:9/"}))


def test_what_is_no_pdf_has_no_seals(tmp_path):
    (tmp_path / "text.pdf").write_bytes(b"no pdf")
    with pytest.raises(ValueError):
        aside(seals, tmp_path / "text.pdf")


def test_a_sealed_file_still_opens(sealed):
    with pikepdf.open(sealed) as pdf:
        assert len(pdf.pages) == 1
