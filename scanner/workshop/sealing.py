"""Seals a published document as the office's own copy, the last step of all, and tells of every seal on a PDF whose and how whole it is.

The seal says that this office made the digital copy (PAdES, ETSI EN 319 142-1). It is no official's signature, and stands for none.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from pkcs11 import PKCS11Error
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter, validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from foundation.errors import Refused
from foundation.text import t

FIELD = "Loket"
NO_TOKEN = t("The token with the key for the seal cannot be used.")
UNFIT = t("The document could not be sealed with this key and certificate.")
UNPROVEN = (t("What proves the certificates of the seal could not be fetched, or says that one was revoked."),
            t("Try again later. If it stays so, ask the administrator to check the settings of the seal."))
WRONG_KEY = t("The key for the seal cannot be used: its file or password is wrong.")
SEE_SETTINGS = t("Ask the administrator to check the settings of the seal. The document itself is not changed.")


@dataclass(frozen=True)
class SealSettings:
    """Where the key is, and what the seal says. With `timestamps`, the address of a time-stamping service (RFC 3161), the level is
    B-T, else B-B. With `trusted` too, a file with the certificates of those who vouch for the key and for the time, it is B-LT: what
    proves that none of the certificates was revoked is fetched and put in, so that the seal can be judged when they have expired.

    The key is in `key`, a PKCS#12 file, its password in the file `password`; or in the token `token`, driven by the PKCS#11 library
    `library`, with the certificate and the key labelled `label`, its PIN in the file `password`.
    """

    password: Path
    key: Path | None = None
    library: Path | None = None
    token: str = ""
    label: str = ""
    timestamps: str = ""
    trusted: Path | None = None
    reason: str = ""
    place: str = ""


@dataclass(frozen=True)
class Seal:
    """`who` as its certificate says, `when` as it says itself, or, `stamped`, as a time-stamping service says. `intact`: what it covers
    is unchanged. `whole`: it covers all of the file. `trusted`: None where there is no list of whom to trust."""

    who: str
    when: datetime | None
    stamped: bool
    intact: bool
    whole: bool
    trusted: bool | None = None

    def to_json(self) -> dict[str, Any]:
        return {**self.__dict__, "when": self.when and self.when.isoformat()}


def seal(source: Path, out: Path, settings: SealSettings, stamper: TimeStamper | None = None) -> None:
    """Write `source`, a validated PDF/A, sealed to `out`: afterwards nothing in it may be changed. `stamper`: instead of the service.

    Raises Refused where the key, the time-stamping service or what proves the certificates cannot be used; `out` is not there then.
    """
    if settings.timestamps and stamper is None:
        stamper = HTTPTimeStamper(settings.timestamps, timeout=10)
    said = _said(settings)
    sealed = io.BytesIO()
    with _signer(settings) as signer:
        try:
            signers.PdfSigner(said, signer, timestamper=stamper).sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(source.read_bytes())), output=sealed)
        except (TimestampRequestError, OSError) as problem:
            raise Refused(t("The time-stamping service does not answer, so the document is not sealed."),
                          t("Try again later, or have the administrator switch time stamps off.")) from problem
        except PKCS11Error as problem:
            raise Refused(NO_TOKEN, SEE_SETTINGS) from problem
        except (SigningError, SignatureValidationError, ValueError) as problem:
            unproven = isinstance(problem.__cause__, (PathError, ValidationError))
            raise Refused(*(UNPROVEN if unproven else (UNFIT, SEE_SETTINGS))) from problem
    out.write_bytes(sealed.getvalue())


def _said(settings: SealSettings) -> signers.PdfSignatureMetadata:
    context, proofs = None, None
    if settings.trusted:
        try:
            roots = _certificates([settings.trusted])
        except (OSError, ValueError) as problem:
            raise Refused(t("The certificates that the seal is proved by cannot be read."), SEE_SETTINGS) from problem
        context = ValidationContext(trust_roots=roots, allow_fetching=True, revocation_mode="hard-fail")
        # under the seal, not behind it: nothing is added to the file afterwards
        proofs = DSSContentSettings(include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE)
    return signers.PdfSignatureMetadata(
        field_name=FIELD, reason=settings.reason or None, location=settings.place or None, md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES,
        embed_validation_info=context is not None, validation_context=context, dss_settings=proofs)


def seal_document(order: Mapping[str, str]) -> dict[str, Any]:
    """`seal`, as a task of the workshop; the seal as its file then shows it. `order`: source, out, and the settings of the seal, of which
    each may be empty or left out: key, password, library, trusted (paths), token, label, timestamps."""
    out = Path(order["out"])
    paths = {name: Path(order[name]) for name in ("key", "library", "trusted") if order.get(name)}
    words = {name: order.get(name, "") for name in ("token", "label", "timestamps")}
    seal(Path(order["source"]), out, SealSettings(Path(order["password"]), **paths, **words))
    return seals(out)[-1].to_json()


@contextmanager
def _signer(settings: SealSettings) -> Iterator[signers.Signer]:
    try:
        password = settings.password.read_text(encoding="utf-8").strip()
        if settings.key:
            loaded = signers.SimpleSigner.load_pkcs12(settings.key, passphrase=password.encode())
            if loaded is None:
                raise Refused(WRONG_KEY, SEE_SETTINGS)
            yield loaded
            return
    except OSError as problem:
        raise Refused(WRONG_KEY, SEE_SETTINGS) from problem
    try:
        session = open_pkcs11_session(str(settings.library), token_criteria=TokenCriteria(label=settings.token), user_pin=password)
    except (PKCS11Error, OSError, RuntimeError) as problem:
        raise Refused(NO_TOKEN, SEE_SETTINGS) from problem
    with session:
        yield PKCS11Signer(session, cert_label=settings.label)


def _certificates(files: Sequence[Path]) -> list[x509.Certificate]:
    return list(load_certs_from_pemder([str(file) for file in files]))


def seals(path: Path, trusted: Sequence[Path] = ()) -> list[Seal]:
    """Every seal and signature on the PDF at `path`, in the order in which they were made. `trusted`: files of certificates.

    Raises OSError, or ValueError for a file that is no whole PDF.
    """
    with path.open("rb") as file:
        try:
            found = PdfFileReader(file, strict=False).embedded_regular_signatures
            return [_seal(each, _certificates(trusted)) for each in found]
        except PdfError as problem:
            raise ValueError(str(problem)) from problem


def _seal(found: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> Seal:
    name = found.signer_cert.subject.native
    who = str(name.get("common_name") or name.get("organization_name") or found.signer_cert.subject.human_friendly)
    stamp = next(extract_tst_data_iter(found.signer_info, signed=False), None)
    when = stamp["encap_content_info"]["content"].parsed["gen_time"].native if stamp else found.self_reported_timestamp
    try:
        found.compute_integrity_info()
        told = found.summarise_integrity_info()
        same, signed = validate_sig_integrity(found.signer_info, found.signer_cert, "data", found.compute_digest())
    except (SignatureValidationError, PdfError, ValueError):
        return Seal(who, when, stamp is not None, intact=False, whole=False)
    whole = told["coverage"] == SignatureCoverageLevel.ENTIRE_FILE
    return Seal(who, when, stamp is not None, same and signed and bool(told["docmdp_ok"]), whole, _is_trusted(found, roots))


def _is_trusted(found: EmbeddedPdfSignature, roots: list[x509.Certificate]) -> bool | None:
    if not roots:
        return None
    context = ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail")
    try:
        return validate_pdf_signature(found, context).trusted
    except SignatureValidationError:
        return False
