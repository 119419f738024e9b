"""One machine of the PostgreSQL cluster: PostgreSQL, the Patroni that runs it, and the network that connects both to the others."""

import json
import os
import pathlib
import signal
import urllib.error
import urllib.request

from cluster import other_account, programs
from leashed import Leashed
from ports import free_port

RELAY = pathlib.Path(__file__).with_name("relay.py")
# How the cluster fails over. Patroni's own defaults are ttl 30, loop_wait 10, retry_timeout 10.
FAILOVER = {"ttl": 20, "loop_wait": 5, "retry_timeout": 5, "synchronous_mode": True}
PARAMETERS = {"max_connections": 200, "shared_buffers": "64MB", "wal_keep_size": "512MB", "wal_log_hints": "on"}


class PatroniNode:
    """Everyone but its own processes reaches it, and it reaches etcd, only through its relay."""

    def __init__(self, name, etcd_port, directory):
        self.name, self.directory = name, directory / name
        self.directory.mkdir()
        self.account = other_account()
        if self.account:
            os.chown(self.directory, self.account["user"], self.account["group"])
        self.own_postgres, self.own_rest = free_port(), free_port()
        self.postgres_port, self.rest_port, etcd_relay = free_port(), free_port(), free_port()
        self.pairs = [(self.postgres_port, self.own_postgres), (self.rest_port, self.own_rest), (etcd_relay, etcd_port)]
        self.log = open(self.directory / "log", "ab")
        self.config = self.directory / "patroni.json"
        self.config.write_text(json.dumps(self.settings(etcd_relay), indent=2))
        self.relay = self.patroni = None

    def settings(self, etcd_relay):
        """Patroni's configuration, as JSON, which is YAML too."""
        # Passwords that nobody asks for: every connection from this machine is trusted.
        login = {role: {"username": name, "password": "unused"} for role, name in [("superuser", "postgres"), ("replication", "replication")]}
        return {
            "scope": "bookstore", "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.own_rest}", "connect_address": f"127.0.0.1:{self.rest_port}"},
            # A "proxy", so that Patroni does not ask etcd for its own address and go there past the relay.
            "etcd3": {"proxy": f"http://127.0.0.1:{etcd_relay}"},
            "bootstrap": {
                "dcs": {**FAILOVER, "postgresql": {"use_pg_rewind": True, "parameters": PARAMETERS}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.own_postgres}", "connect_address": f"127.0.0.1:{self.postgres_port}",
                "data_dir": str(self.directory / "data"), "bin_dir": str(programs()), "pgpass": str(self.directory / "pgpass"),
                "authentication": login,
                "parameters": {"unix_socket_directories": str(self.directory)},
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                "basebackup": [{"checkpoint": "fast"}],
                "remove_data_directory_on_rewind_failure": True, "remove_data_directory_on_diverged_timelines": True,
                "use_unix_socket": True,
            },
        }

    def start(self):
        self.start_network()
        self.start_patroni()

    def start_network(self):
        if self.relay:
            self.relay.stop()
        # Killed in the end, because a stopped process does not hear SIGTERM.
        pairs = [f"{port}:{target}" for port, target in self.pairs]
        self.relay = Leashed([RELAY, *pairs], self.directory / "relay.pid", "KILL", stdout=self.log, stderr=self.log)

    def start_patroni(self):
        if self.patroni:
            self.patroni.stop()
        self.patroni = Leashed(["patroni", self.config], self.directory / "patroni.pid", cwd=self.directory,
                               stdout=self.log, stderr=self.log, **self.account)

    def kill(self):
        """Kills every process of the machine at once, as a power cut does, but closes its connections."""
        postmaster = int((self.directory / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(self.patroni.pid, signal.SIGSTOP)
        os.kill(postmaster, signal.SIGSTOP)
        for process in [*children(postmaster), postmaster, self.patroni.pid]:
            kill(process, signal.SIGKILL)
        self.relay.stop()

    def restart(self):
        """Turns the machine on again after `kill`."""
        self.start()

    def cut_off(self):
        """Pulls the network cable: PostgreSQL and Patroni go on, and reach nobody, nor does anybody reach them."""
        os.kill(self.relay.pid, signal.SIGSTOP)

    def connect(self):
        """Plugs the cable in again after `cut_off`."""
        os.kill(self.relay.pid, signal.SIGCONT)

    def is_primary(self):
        """Whether it has the leader's lock and its PostgreSQL can be written, as Patroni says past the relay."""
        status, text = self.rest("primary")
        state = json.loads(text) if status == 200 else {}
        return state.get("state") == "running" and state["role"] in ["master", "primary"]

    def members(self):
        """Returns the members of the cluster as this node sees them, by name."""
        status, text = self.rest("cluster")
        return {member["name"]: member for member in json.loads(text)["members"]} if status == 200 else {}

    def rest(self, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.own_rest}/{path}", body and json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60 if body else 2) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except (OSError, ValueError):
            return 0, ""

    def version(self):
        return json.loads(self.rest("patroni")[1])["server_version"]

    def stop(self):
        for started in [self.patroni, self.relay]:
            if started:
                started.stop()


def children(parent):
    """Returns the processes that another one started."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        if int(text.rsplit(") ", 1)[1].split()[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def kill(process, number):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass
