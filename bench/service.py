"""The release build of the service, run as an operator would run it."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import secrets
import statistics
import subprocess
import time

from leashed import Leashed

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEEP_ALIVE_SECONDS = 5
ADMIN_EMAIL, ADMIN_PASSWORD = "bench-admin@example.com", "no secret at all"


def build():
    """Builds the program for release and returns its path."""
    manifest = ["--manifest-path", ROOT / "Cargo.toml"]
    subprocess.run(["cargo", "build", "--release", "--locked", *manifest, "--package", "bookstore", "--bin", "bookstore"], check=True)
    metadata = subprocess.run(["cargo", "metadata", "--format-version=1", "--no-deps", *manifest], check=True, stdout=subprocess.PIPE)
    return pathlib.Path(json.loads(metadata.stdout)["target_directory"]) / "release" / "bookstore"


# The numbers of the sessions that SIGN_IN opens are far from those of log-ins.
FIRST_SESSION = 1_000_000_000
SIGN_IN = f"""
UPDATE users SET subject = 'subject-' || id WHERE subject NOT LIKE 'subject-%';
INSERT INTO sessions (id, user_id, expires_at) SELECT {FIRST_SESSION} + id, id, now() + interval '2 days' FROM users
ON CONFLICT DO NOTHING;
"""


class Service:
    def __init__(self, program, database_url, directory, secret=None, **environment):
        """Starts the service in a directory, and waits until its start lines show its address."""
        self.directory, self.log = directory, directory / "service.log"
        self.secret = secret or secrets.token_hex(32)
        given = {
            "DATABASE_URL": database_url, "JWT_SECRET": self.secret, "HOST": "127.0.0.1", "PORT": "0", "WORKER": "off", "RATE_LIMIT": "off",
            "ADMIN_EMAIL": ADMIN_EMAIL, "ADMIN_PASSWORD": ADMIN_PASSWORD, "RUST_LOG": "info", **environment,
        }
        # Opened for appending, so that it can be truncated while the service writes.
        log = open(self.log, "ab")
        started = time.monotonic()
        self.process = Leashed([program], directory / "service.pid", cwd=directory, stdout=subprocess.PIPE, stderr=log,
                               env={"PATH": os.environ["PATH"], **given})
        for line in self.process.leash.stdout:
            name, _, value = line.decode().strip().partition(" ")
            if name == "API":
                self.start_seconds = time.monotonic() - started
                self.host, self.port = value.strip().removeprefix("http://").split(":")
                break
        else:
            raise SystemExit(f"bench: the service did not start: {self.log.read_text()}")

    def stop(self):
        self.process.stop()

    def empty_log(self):
        os.truncate(self.log, 0)

    def memory_mb(self, name):
        """Returns the current memory (`VmRSS`) or its peak (`VmHWM`) in MB."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        raise SystemExit("bench: the service has ended")

    def forget_peak_memory(self):
        """Resets VmHWM to the current memory."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def token(self, user_id, role="user"):
        """Returns an access token like the service's own, valid for a day, of the session that SIGN_IN opens for a user."""
        now = int(time.time())
        claims = {"sub": f"subject-{user_id}", "sid": str(FIRST_SESSION + user_id), "role": role, "jti": secrets.token_urlsafe(32), "iat": now, "exp": now + 86400,
                  "iss": "bookstore", "aud": "bookstore-api"}
        signed = f"{encoded({'typ': 'JWT', 'alg': 'HS256'})}.{encoded(claims)}"
        signature = hmac.digest(self.secret.encode(), signed.encode(), hashlib.sha256)
        return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"

    def request(self, method, path, token=None, body=None):
        """Returns a request as a client sends it."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if body is not None:
            body = json.dumps(body)
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines) + "\r\n\r\n" + (body or "")


class Client:
    """A keep-alive connection, for measuring single requests."""

    def __init__(self, service, token=None):
        self.connection = http.client.HTTPConnection(service.host, int(service.port))
        self.last_used = 0
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def call(self, method, path, body=None, expected=200, token=None):
        """Makes a call, and returns the response body and the time in milliseconds."""
        headers = {"Authorization": f"Bearer {token}"} if token else self.headers
        if body is not None:
            headers = {**headers, "Content-Type": "application/json"}
        body = None if body is None else json.dumps(body)
        # The service closes connections that are idle for long.
        if time.monotonic() - self.last_used > KEEP_ALIVE_SECONDS / 2:
            self.connection.close()
            self.connection.connect()
        started = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        milliseconds = (time.perf_counter() - started) * 1000
        self.last_used = time.monotonic()
        if answer.status != expected:
            raise SystemExit(f"bench: {method} {path} was answered {answer.status}: {content.decode()}")
        return json.loads(content) if content else None, milliseconds


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def percentile(values, percent):
    """Returns the smallest value that at least `percent` percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


median = statistics.median
