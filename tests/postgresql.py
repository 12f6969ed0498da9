"""A private PostgreSQL server for the tests: on a socket in a folder of its own, stopped and forgotten at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

# nothing here outlives the tests, so nothing waits for the disk
SWIFT = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=200"


class Cluster:
    """Starts when it is made. Raises RuntimeError, with a sentence, when PostgreSQL is missing or does not start."""

    def __init__(self) -> None:
        self.programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="loket-pg-"))
        self.owner = _owner()
        os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        try:
            self._run("initdb", "--username=loket", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
            self._run("pg_ctl", "start", "--wait", f"--log={self.folder}/log",
                      f"--options=-k {self.folder} -c listen_addresses= {SWIFT}")
        except subprocess.CalledProcessError as problem:
            raise RuntimeError(f"PostgreSQL does not start: {problem.stderr}") from None

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://loket@/{name}?host={self.folder}"

    def say(self, sql: str) -> None:
        """Tell the server something about its databases, such as CREATE DATABASE."""
        with psycopg.connect(host=str(self.folder), user="loket", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql)  # type: ignore[call-overload]

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: str) -> None:
        is_me = self.owner.pw_uid == os.geteuid()
        as_owner = {} if is_me else {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        with (self.folder / "messages").open("w+") as messages:  # a pipe would stay open in the server and never end
            done = subprocess.run([self.programs / program, f"--pgdata={self.folder}/data", *arguments], cwd=self.folder,
                                  stdin=subprocess.DEVNULL, stdout=messages, stderr=messages, **as_owner)
            messages.seek(0)
            if done.returncode:
                raise subprocess.CalledProcessError(done.returncode, program, stderr=messages.read())


def _programs() -> Path:
    """The folder of initdb and pg_ctl: the newest of Debian's, or the one in PATH."""
    debians = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(debians[-1]) if debians else shutil.which("initdb")
    if not found:
        raise RuntimeError("The tests need PostgreSQL, which is not installed here: ./loket test installs it.")
    return Path(found).parent


def _owner() -> pwd.struct_passwd:
    """Who runs the server: whoever runs the tests, but never root, which PostgreSQL refuses."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    users = {user.pw_name: user for user in pwd.getpwall()}
    return users.get("postgres") or users["nobody"]
