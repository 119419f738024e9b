"""Everything that the service needs in production, as processes of this machine: etcd, PostgreSQL under Patroni, proxies, servers, workers
and a mail server."""

import os
import pathlib
import pwd
import secrets
import subprocess
import time
import urllib.error
import urllib.request

from cluster import other_account, programs
from leashed import Leashed
from patroni_node import PatroniNode
from ports import free_port

HAPROXY = pathlib.Path(__file__).resolve().parent.parent / "deploy" / "haproxy"
ADMIN_EMAIL, ADMIN_PASSWORD = "failover-admin@example.com", "no secret at all"
DATABASE = "bookstore"
# Longer than the proxy takes to see that a server is not ready.
DRAIN_SECONDS = 3


class Topology:
    def __init__(self, program, new_program, directory):
        self.program, self.new_program, self.directory = program, new_program, directory
        self.log = open(directory / "log", "ab")
        self.started, self.nodes, self.servers, self.workers = [], [], [], []
        self.store_port, self.replicas_port, self.api_port, self.mail_port = (free_port() for _ in range(4))
        self.api = f"127.0.0.1:{self.api_port}"
        self.server_ports = [free_port(), free_port()]
        self.secret = secrets.token_hex(32)

    def start(self):
        etcd_port = self.start_etcd()
        self.nodes = [PatroniNode(f"node{number}", etcd_port, self.directory) for number in (1, 2, 3)]
        for node in self.nodes:
            node.start()
        self.start_store_proxy()
        self.wait_until_healthy(180)
        self.sql(f"CREATE DATABASE {DATABASE}", "postgres")
        self.start_mail_server()
        self.servers = [self.start_server(port) for port in self.server_ports]
        self.workers = [self.start_program(f"worker{number}", ["worker"]) for number in (1, 2)]
        self.start_api_proxy()
        self.wait("the service is not ready", 60, lambda: self.is_ready(self.api_port))

    def process(self, name, command, **options):
        """Starts a command that runs until the end of the run."""
        process = Leashed(command, self.directory / f"{name}.pid", cwd=self.directory, stdout=self.log, stderr=self.log, **options)
        self.started.append(process)
        return process

    def start_etcd(self):
        client, peer = free_port(), free_port()
        urls = {"client": f"http://127.0.0.1:{client}", "peer": f"http://127.0.0.1:{peer}"}
        self.etcd = self.process("etcd", ["etcd", f"--data-dir={self.directory / 'etcd'}", f"--listen-client-urls={urls['client']}",
                              f"--advertise-client-urls={urls['client']}", f"--listen-peer-urls={urls['peer']}",
                              f"--initial-advertise-peer-urls={urls['peer']}", f"--initial-cluster=default={urls['peer']}", "--log-level=warn"])
        return client

    def start_store_proxy(self):
        nodes = {}
        for number, node in enumerate(self.nodes, 1):
            nodes |= {f"NODE{number}": f"127.0.0.1:{node.postgres_port}", f"NODE{number}_REST_PORT": str(node.rest_port)}
        self.start_proxy("store", STORE_ADDRESS=f"127.0.0.1:{self.store_port}", REPLICAS_ADDRESS=f"127.0.0.1:{self.replicas_port}", **nodes)

    def start_api_proxy(self):
        servers = {f"SERVER{number}": f"127.0.0.1:{port}" for number, port in enumerate(self.server_ports, 1)}
        self.start_proxy("api", API_ADDRESS=self.api, **servers)

    def start_proxy(self, name, **environment):
        self.process(f"haproxy-{name}", ["haproxy", "-db", "-f", HAPROXY / f"{name}.cfg"], env={**os.environ, **environment})

    def start_mail_server(self):
        self.mails = self.directory / "mails"
        self.mails.mkdir()
        account = pwd.getpwuid(other_account().get("user", os.geteuid()))
        os.chown(self.mails, account.pw_uid, account.pw_gid)
        self.process("smtp-sink", ["smtp-sink", "-u", account.pw_name, "-d", f"{self.mails}/mail.", f"127.0.0.1:{self.mail_port}", "100"])

    def start_program(self, name, arguments, **environment):
        directory = self.directory / name
        directory.mkdir(exist_ok=True)
        log = open(directory / "log", "ab")
        return Leashed([self.program, *arguments], directory / "pid", cwd=directory, stdout=log, stderr=log, env={**self.settings, **environment})

    @property
    def settings(self):
        """The settings that servers and workers share."""
        return {
            "PATH": os.environ["PATH"], "DATABASE_URL": self.url(self.store_port), "DATABASE_READ_URL": self.url(self.replicas_port),
            "JWT_SECRET": self.secret, "SMTP_URL": f"smtp://127.0.0.1:{self.mail_port}", "STORE_URL": "http://shop.example.com",
            "RUST_LOG": "warn,worker=info,bookstore=info", "RATE_LIMIT": "off", "TRUSTED_PROXIES": "127.0.0.1", "ACCESS_TOKEN_TTL_SECONDS": "7200",
        }

    def url(self, port):
        return f"postgres://postgres@127.0.0.1:{port}/{DATABASE}?sslmode=disable"

    def start_server(self, port):
        server = self.start_program(f"server{self.server_ports.index(port) + 1}", [], HOST="127.0.0.1", PORT=str(port), WORKER="off",
                                    ADMIN_EMAIL=ADMIN_EMAIL, ADMIN_PASSWORD=ADMIN_PASSWORD, DRAIN_SECONDS=str(DRAIN_SECONDS))
        self.wait("a server does not start", 60, lambda: self.is_ready(port) or server.is_over() and self.fail("a server ended"))
        return server

    def replace_server(self, index):
        """Stops a server as an upgrade does, and starts one of the new program in its place."""
        self.program = self.new_program
        self.restart_server(index)

    def restart_server(self, index):
        self.servers[index].stop()
        self.servers[index] = self.start_server(self.server_ports[index])

    def is_ready(self, port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def leader(self):
        """Returns the node that Patroni calls the primary, or None."""
        return next((node for node in self.nodes if node.is_primary()), None)

    def wait_until_healthy(self, seconds):
        """Waits until all three nodes run, and one of them is a synchronous standby."""
        def is_healthy():
            if ended := [node.name for node in self.nodes if node.patroni.is_over()]:
                self.fail(f"Patroni of {', '.join(ended)} has ended")
            leader = self.leader()
            members = leader.members() if leader else {}
            timelines = {member.get("timeline") for member in members.values()}
            roles = {member["role"] for member in members.values()}
            states = {member["state"] for member in members.values()}
            return len(members) == 3 and states <= {"running", "streaming"} and "sync_standby" in roles and len(timelines) == 1
        self.wait("the cluster is not healthy", seconds, is_healthy)

    def wait(self, complaint, seconds, condition):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"{complaint} after {seconds} s")
            time.sleep(0.1)

    def fail(self, complaint):
        """Ends the run. The logs stay, because they say why."""
        raise RuntimeError(complaint)

    def sql(self, sql, database=DATABASE):
        """Runs statements on the primary and returns their output."""
        command = [programs() / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
                   f"postgres://postgres@127.0.0.1:{self.store_port}/{database}"]
        done = subprocess.run(command, input=sql, capture_output=True, text=True)
        if done.returncode != 0:
            self.fail(f"psql: {done.stderr}")
        return done.stdout.strip()

    def doctor(self):
        """Returns what the service's own check of every rule says, and '' if all is well."""
        done = subprocess.run([self.program, "doctor"], env=self.settings, capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def versions(self):
        def first_line(*command):
            return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
        postgres = self.sql("SHOW server_version").split()[0]
        return f"PostgreSQL {postgres}, {first_line('patroni', '--version')}, {first_line('etcd', '--version')}, {' '.join(first_line('haproxy', '-v').split()[:3])}"

    def stop(self):
        for started in [*self.servers, *self.workers, *self.nodes, *reversed(self.started)]:
            started.stop()
