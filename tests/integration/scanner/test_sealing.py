"""A published document is sealed; what happens to it afterwards is found out."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pikepdf
import pkcs11
import pytest
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pkcs11.util.x509 import decode_x509_certificate
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from foundation.errors import Refused
from scanner.workshop.processes import Workshop
from scanner.workshop.sealing import SealSettings, seal, seal_document, seals
from tests.from_elsewhere import aside
from tests.written import compose, order, page

WHO = "Segel Kantor Contoh"


def certificate(name: str, issuer: tuple[x509.Certificate, rsa.RSAPrivateKey] | None = None, stamps: bool = False, asked_at: str = ""):
    """One that signs others, where nobody issued it; else one that seals, or stamps times. `asked_at`: where the list is of those that
    were revoked."""
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
    if asked_at:
        built = built.add_extension(x509.CRLDistributionPoints([
            x509.DistributionPoint([x509.UniformResourceIdentifier(asked_at)], None, None, None)]), critical=False)
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


def stamps(stamping: x509.Certificate, key: rsa.RSAPrivateKey) -> DummyTimeStamper:
    """Who stamps times, and needs no network."""
    return DummyTimeStamper(
        asn1.Certificate.load(stamping.public_bytes(serialization.Encoding.DER)),
        keys.PrivateKeyInfo.load(key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                                   serialization.NoEncryption())))


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
    return (folder, SealSettings(password=folder / "password", key=folder / "key.p12", reason="Salinan digital", place="Kantor"),
            stamps(stamping, stamp_key))


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


# --- a seal that can be judged when its certificates have expired -----------------------------------------------------------------


class Authority:
    """Vouches for keys, and tells who asks which it has revoked."""

    def __init__(self) -> None:
        self.root, self.key = certificate("Otoritas Jujur Contoh")
        self.revoked: list[int] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.answering())
        self.address = f"http://127.0.0.1:{self.server.server_port}/revoked.crl"
        Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answering(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "application/pkix-crl")
                self.end_headers()
                self.wfile.write(authority.list())

            def log_message(self, *_what: object) -> None:
                """Nobody reads it."""
        return Answer

    def list(self) -> bytes:
        today = datetime.now(UTC)
        built = (x509.CertificateRevocationListBuilder().issuer_name(self.root.subject)
                 .last_update(today - timedelta(hours=1)).next_update(today + timedelta(days=1))
                 .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False))
        for number in self.revoked:
            built = built.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(number).revocation_date(today - timedelta(hours=2)).build())
        return built.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def authority() -> Iterator[Authority]:
    authority = Authority()
    yield authority
    authority.close()


@pytest.fixture
def lasting(office, authority: Authority, tmp_path: Path):
    """The settings of a seal for which `authority` vouches, and for who stamps its time."""
    sealing, key = certificate(WHO, (authority.root, authority.key), asked_at=authority.address)
    stamping, stamp_key = certificate("Waktu Contoh", (authority.root, authority.key), stamps=True, asked_at=authority.address)
    _written(tmp_path, key, sealing, authority.root)
    (tmp_path / "root.pem").write_bytes(pem(authority.root))
    authority.sealing = sealing
    settings = SealSettings(password=tmp_path / "password", key=tmp_path / "key.p12", trusted=tmp_path / "root.pem")
    return settings, stamps(stamping, stamp_key)


def test_a_lasting_seal_has_the_proof_of_its_certificates_under_it(office, lasting, authority, tmp_path):
    aside(seal, office[0] / "document.pdf", tmp_path / "sealed.pdf", *lasting)
    found, = aside(seals, tmp_path / "sealed.pdf", [tmp_path / "root.pem"])
    assert (found.stamped, found.intact, found.whole, found.trusted) == (True, True, True, True)
    authority.close()  # years later, nobody can be asked any more
    root = asn1.Certificate.load(authority.root.public_bytes(serialization.Encoding.DER))
    strict = {"trust_roots": [root], "allow_fetching": False, "revocation_mode": "hard-fail"}
    with (tmp_path / "sealed.pdf").open("rb") as file:
        reader = PdfFileReader(file)
        signature, = reader.embedded_regular_signatures
        told = aside(validate_pdf_signature, signature, DocumentSecurityStore.read_dss(reader).as_validation_context(strict))
        alone = aside(validate_pdf_signature, signature, ValidationContext(**strict, crls=[]))
    assert (told.trusted, told.timestamp_validity.trusted, alone.trusted) == (True, True, False)
    assert (tmp_path / "sealed.pdf").read_bytes().startswith((office[0] / "document.pdf").read_bytes())


def test_a_revoked_certificate_seals_nothing_that_lasts(office, lasting, authority, tmp_path):
    authority.revoked.append(authority.sealing.serial_number)
    with pytest.raises(Refused, match="could not be fetched, or says that one was revoked"):
        aside(seal, office[0] / "document.pdf", tmp_path / "sealed.pdf", *lasting)
    assert not (tmp_path / "sealed.pdf").exists()


def test_a_seal_that_cannot_be_proved_now_is_not_made_and_says_so(office, lasting, authority, tmp_path):
    authority.close()
    with pytest.raises(Refused, match="could not be fetched"):
        aside(seal, office[0] / "document.pdf", tmp_path / "sealed.pdf", *lasting)
    with pytest.raises(Refused, match="cannot be read"):
        aside(seal, office[0] / "document.pdf", tmp_path / "sealed.pdf", replace(lasting[0], trusted=tmp_path / "nowhere.pem"))
    assert not (tmp_path / "sealed.pdf").exists()


# --- a key that nobody can copy ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def token(office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A token with the office's key, and how a document is sealed with it."""
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    (folder / "pin").write_text("123456\n")
    sealing, key = certificate(WHO, certificate("Otoritas Contoh"))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                       serialization.NoEncryption()))
    library = Path("/usr/lib/softhsm/libsofthsm2.so")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        for words in (["--init-token", "--free", "--label", "Kantor", "--so-pin", "654321"],
                      ["--import", str(folder / "key.pem"), "--token", "Kantor", "--label", "segel", "--id", "a1"]):
            subprocess.run(["softhsm2-util", *words, "--pin", "123456"], check=True, capture_output=True)
        with pkcs11.lib(str(library)).get_token(token_label="Kantor").open(rw=True, user_pin="123456") as session:
            session.create_object(decode_x509_certificate(sealing.public_bytes(serialization.Encoding.DER)) | {
                pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "segel", pkcs11.Attribute.ID: b"\xa1"})
        yield {"source": str(office[0] / "document.pdf"), "password": str(folder / "pin"), "library": str(library), "token": "Kantor",
               "label": "segel"}


def test_a_key_in_a_token_seals_in_the_workshop(token, tmp_path):
    workshop = Workshop()
    try:
        told = workshop.seal({**token, "out": str(tmp_path / "sealed.pdf")})
    finally:
        workshop.close()
    assert (told["who"], told["intact"], told["whole"]) == (WHO, True, True)
    assert told == aside(seals, tmp_path / "sealed.pdf")[0].to_json()


@pytest.mark.parametrize("wrong", ["token", "label", "library", "password"])
def test_a_token_that_cannot_be_used_is_said_and_nothing_is_written(token, tmp_path, wrong):
    (tmp_path / "wrong").write_text("654321")
    with pytest.raises(Refused, match="token with the key"):
        aside(seal_document, {**token, wrong: str(tmp_path / "wrong"), "out": str(tmp_path / "sealed.pdf")})
    assert not (tmp_path / "sealed.pdf").exists()
