"""Everything that differs between installations, read once from LOKET_* variables or a settings file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`data` is the folder for the database, keys and files; `database_url` empty means SQLite inside it."""

    data: Path = Path("data")
    database_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    threads: int = 32
    secret_key: str = ""          # empty: made once and kept in `data`
    https: bool = False           # set behind a TLS proxy: cookies are then Secure
    trusted_proxy: str = ""       # the address of a reverse proxy whose X-Forwarded-* headers are believed
    log_level: str = "info"
    seal_key: str = ""            # a PKCS#12 file: every document made is sealed with it; empty: none is
    seal_password: str = ""       # the file that has its password, or the PIN of the token
    seal_library: str = ""        # instead of a key in a file: the PKCS#11 library of the token that has it
    seal_token: str = ""          # the label of the token
    seal_label: str = ""          # the label of the key, and of its certificate, in the token
    seal_timestamps: str = ""     # a time-stamping service (RFC 3161) for the seal
    seal_trusted: str = ""        # a file of certificates (PEM): whose word proves the key and the time, for a seal that lasts (B-LT)
    public_url: str = ""          # the address of the public pages as readers know it; empty: this service's own
    demo: bool = False
    publishers: str = "portal"    # in order, the office's main one first: portal, static, form, assisted
    publish_hosts: str = ""       # sites that may be asked what they publish, beside those of the addresses here
    publish_private_hosts: str = ""  # of those, the ones inside the office's network
    static_url: str = ""          # file:///folder, sftp://host/folder, webdavs://host/folder or s3://bucket/folder
    static_public_url: str = ""   # where the public reads what was put there
    static_options: str = ""      # a JSON file with what signs in there
    form_url: str = ""
    form_token_file: str = ""
    form_fields: str = "type=jenis,number=nomor,year=tahun,title=judul,enacted_on=tanggal_penetapan"  # ours=theirs
    form_file_field: str = "file"
    form_page_at: str = ""        # where in the answer (JSON) the page's address is, such as data.url
    form_file_at: str = ""        # and the file's; empty: the page links to it
    assisted_url: str = ""        # the site that a person fills in
    message_email: str = ""       # how borrowers are written to: Apprise's address of a service, with {to} for the person's own
    message_phone: str = ""
    message_telegram: str = ""

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'loket.db'}"

    @property
    def public(self) -> str:
        """The beginning of every public address, without a slash at its end."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 compared, not bound
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Settings from `environment`; what it does not say, from the file named by LOKET_SETTINGS (lines KEY=VALUE).

        Raises ValueError with a sentence when a value cannot be used.
        """
        given = {**_file(environment.get("LOKET_SETTINGS", "")), **environment}
        values: dict[str, object] = {}
        for field in fields(cls):
            text = given.get(f"LOKET_{field.name.upper()}")
            if text is not None:
                values[field.name] = _value(field.name, field.type, text)
        return cls(**values)  # type: ignore[arg-type]


def _file(path: str) -> dict[str, str]:
    if not path:
        return {}
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        raise ValueError(f"The settings file {path} cannot be read: {problem.strerror}.") from None
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {key.strip(): value.strip().strip('"') for key, value in pairs}


def _value(name: str, kind: object, text: str) -> object:
    if kind in (bool, "bool"):
        return text.casefold() in ("1", "yes", "true", "on", "ya")
    if kind in (int, "int"):
        if not text.isdigit():
            raise ValueError(f"LOKET_{name.upper()} must be a whole number, not “{text}”.")
        return int(text)
    return Path(text) if kind in (Path, "Path") else text
