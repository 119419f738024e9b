"""A temporary PostgreSQL server for the benchmark: durable, with default settings."""

import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

from leashed import Leashed

# All other settings are PostgreSQL's defaults, so every commit is synced to the disk.
SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_preload_libraries = 'pg_stat_statements'
"""


def programs():
    """Returns the directory of the server's programs."""
    if found := shutil.which("initdb"):
        return pathlib.Path(found).resolve().parent
    versions = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    if not versions:
        raise SystemExit("bench: no PostgreSQL server here (Debian: apt install postgresql)")
    return versions[-1]


def other_account():
    """Returns the account to run the server under when this is root: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {account.pw_name: account for account in pwd.getpwall()}
    account = names.get("postgres") or names["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Cluster:
    def __init__(self, settings="", restore=None):
        """Starts a server with more settings than the usual ones. `restore` fills its data directory instead of initdb."""
        self.programs = programs()
        account = other_account()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="bookstore-bench-"))
        if account:
            os.chown(self.directory, account["user"], account["group"])
        self.data, self.log, self.port = self.directory / "data", self.directory / "log", free_port()
        options = {**account, "cwd": self.directory}
        (restore or self.create)(self.data, options)
        with open(self.data / "postgresql.conf", "a") as file:
            file.write(SETTINGS.format(port=self.port) + settings)
        log = open(self.log, "ab")
        server = [self.programs / "postgres", "-D", self.data]
        self.server = Leashed(server, self.directory / "pid", "INT", self.directory, stdout=log, stderr=log, **options)
        self.environment = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres"}
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def create(self, data, options):
        create = [self.programs / "initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust", "--encoding=UTF8"]
        for locale in ["C.UTF-8", "C"]:
            done = subprocess.run([*create, f"--locale={locale}"], capture_output=True, text=True, **options)
            if done.returncode == 0:
                break
        else:
            raise SystemExit(f"bench: initdb failed: {done.stderr}")

    def wait_until_ready(self):
        for _ in range(600):
            if self.server.is_over():
                raise SystemExit(f"bench: PostgreSQL did not start: {self.log.read_text()}")
            if self.run("pg_isready", "--quiet", check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise SystemExit("bench: PostgreSQL is not ready after a minute")

    def run(self, program, *arguments, database="postgres", check=True, **options):
        """Runs one of PostgreSQL's own clients against this server."""
        command = [str(self.programs / program), *map(str, arguments)]
        environment = {**os.environ, **self.environment, "PGDATABASE": database}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, **options)
        if check and done.returncode != 0:
            raise SystemExit(f"bench: {' '.join(command)}\n{done.stdout}{done.stderr}")
        return done

    def sql(self, sql, database="postgres"):
        """Runs statements, each in its own transaction, and returns their output."""
        arguments = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        return self.run("psql", *arguments, database=database, input=sql).stdout.strip()

    def rows(self, query, database="postgres"):
        """Returns the rows of a query as dictionaries."""
        return json.loads(self.sql(f"SELECT coalesce(json_agg(rows), '[]') FROM ({query}) AS rows", database))

    def version(self):
        return self.sql("SHOW server_version").split()[0]

    def url(self, database, role="postgres"):
        """Returns the URL for the service, which connects as the floor does: over TCP on this machine, without TLS."""
        return f"postgres://{role}@127.0.0.1:{self.port}/{database}?sslmode=disable"

    def stop(self):
        self.server.stop()
