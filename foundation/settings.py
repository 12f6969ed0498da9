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
    seal_password: str = ""       # the file that has its password
    seal_timestamps: str = ""     # a time-stamping service (RFC 3161) for the seal
    demo: bool = False

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'loket.db'}"

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
