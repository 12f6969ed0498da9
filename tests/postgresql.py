"""A private PostgreSQL server for the tests: on a socket in a folder of its own, stopped and forgotten at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

# nothing here outlives the tests, so nothing waits for the disk; and nothing is tidied behind a test's back
SWIFT = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=200 -c autovacuum=off"

# what changes when a table, a column, a rule, a trigger or a function comes, goes or is altered, and not when rows do
SHAPE = "SELECT " + ", ".join(f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {catalog})" for catalog in (
    "pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_trigger", "pg_proc"))
WRITTEN = """SELECT quote_ident(relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0 ORDER BY relname"""
COUNTED = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
END_OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
UNCOUNT = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"


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

        self.copy: Copy | None = None

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://loket@/{name}?host={self.folder}"

    def connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(host=str(self.folder), user="loket", dbname=name, autocommit=True)

    def say(self, sql: str) -> None:
        """Tell the server something about its databases, such as CREATE DATABASE."""
        with self.connect("postgres") as connection:
            connection.execute(sql)  # type: ignore[call-overload]

    def fresh(self) -> str:
        """The URL of the database `test`: the tables and rows of `template_loket`, and nobody else connected to it.

        A copy is 650 files, for which a file system may take half a second; to empty the one there is takes twenty milliseconds.
        One of which a test has changed more than the rows is thrown away."""
        if not self.copy or not self.copy.empty():
            self.say("DROP DATABASE IF EXISTS test WITH (FORCE)")
            self.say("CREATE DATABASE test TEMPLATE template_loket STRATEGY FILE_COPY")
            self.copy = Copy(self)
        return self.url("test")

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


class Copy:
    """The new database `test`: what it is like, so that it can be made like that again."""

    def __init__(self, cluster: Cluster):
        self.cluster = cluster
        with cluster.connect("test") as connection:
            self.shape = connection.execute(SHAPE).fetchone()
            self.counted = connection.execute(COUNTED).fetchall()
            self.rows = {}
            for table, in connection.execute(WRITTEN).fetchall():
                with connection.cursor().copy(f"COPY {table} TO STDOUT") as rows:
                    self.rows[table] = b"".join(rows)

    def empty(self) -> bool:
        """Leave the rows it had when it was new, and number the next ones as if there had been no others; False if that is not enough."""
        with self.cluster.connect("test") as connection:
            while connection.execute(END_OTHERS).fetchall():
                time.sleep(0.005)
            if connection.execute(SHAPE).fetchone() != self.shape:
                return False
            written = [table for table, in connection.execute(WRITTEN)]
            connection.execute("SET session_replication_role = replica")  # neither foreign keys nor triggers look on
            for table in written:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 the server's own names
            connection.execute(UNCOUNT)
            for sequence, last in self.counted:
                connection.execute("SELECT setval(%s::regclass, %s)", (sequence, last))
            connection.execute(f"VACUUM {', '.join(written)}")  # the files are as short as they were, too
            for table, rows in self.rows.items():
                with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
        return True


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
