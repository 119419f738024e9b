"""The two load generators: wrk for the service, and pgbench for its floor."""

import collections
import dataclasses
import http.client
import json
import pathlib
import re
import socket
import subprocess
import tempfile

from service import percentile

SCRIPT = pathlib.Path(__file__).with_name("requests.lua")
# Variables that all scripts of the floor share. For pgbench a time is a text.
CONSTANTS = {"one": 1, "most": 100, "counted": 10000, "no": "false", "round": 0, "next_round": 1, "turn": -1, "now": "2026-01-01T00:00:00.123456Z", "channel": "restocks", "nothing": "-"}

# PostgreSQL 15 counts these only the first time when they are prepared, so here each counts once.
UTILITIES = {"BEGIN", "COMMIT", "ROLLBACK", "SET"}


@dataclasses.dataclass
class Measured:
    per_second: float
    p50: float
    p99: float
    # The share of responses with a status of 400 or above.
    refused: float = 0


def write_requests(requests, directory):
    # Every run has its own file, because two can run at the same time.
    with tempfile.NamedTemporaryFile("w", dir=directory, prefix="requests-", delete=False) as file:
        file.write("\0".join(requests))
    return file.name


def start_wrk(service, requests, connections, seconds, directory, pause=0):
    """Starts to send requests, one after the other on each connection, with a pause of `pause` milliseconds in between."""
    command = ["wrk", "--threads", 1, "--connections", connections, "--duration", f"{seconds}s", "--timeout", "30s", "--script",
               SCRIPT, f"http://{service.host}:{service.port}", "--", write_requests(requests, directory), pause]
    return subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def result_of_wrk(process, may_refuse=False):
    output = process.communicate()[0]
    lines = [line.removeprefix("RESULT ") for line in output.splitlines() if line.startswith("RESULT ")]
    if process.returncode != 0 or not lines:
        raise SystemExit(f"bench: wrk failed: {output}")
    result = json.loads(lines[0])
    if result["broken"] or (result["refused"] and not may_refuse):
        raise SystemExit(f"bench: the service returned unexpected statuses: {result}")
    return Measured(result["requests"] / result["seconds"], result["p50"], result["p99"], result["refused"] / result["requests"])


def wrk(service, requests, connections, seconds, directory, pause=0, may_refuse=False):
    """Sends requests for `seconds` seconds."""
    return result_of_wrk(start_wrk(service, requests, connections, seconds, directory, pause), may_refuse)


def pgbench(cluster, database, script, variables, connections, limit):
    """Runs a script on each connection, one transaction after the other. `limit` is a `--time=` or `--transactions=` option."""
    definitions = [f"--define={name}={value}" for name, value in {**CONSTANTS, **variables, "clients": connections}.items()]
    log = cluster.directory / "pgbench"
    done = cluster.run(
        "pgbench", "--no-vacuum", "--protocol=prepared", f"--client={connections}", "--jobs=1", f"--file={script}", limit,
        "--log", f"--log-prefix={log}", *definitions, database=database)
    rate = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if not rate or (failed and failed[1] != "0"):
        raise SystemExit(f"bench: pgbench failed: {done.stdout}{done.stderr}")
    milliseconds = []
    for file in cluster.directory.glob("pgbench.*"):
        milliseconds += [int(line.split()[2]) / 1000 for line in file.read_text().splitlines()]
        file.unlink()
    return Measured(float(rate[1]), percentile(milliseconds, 50), percentile(milliseconds, 99))


def send(service, requests, status):
    """Sends requests one by one over one connection, and checks the status of each response."""
    with socket.create_connection((service.host, int(service.port))) as connection:
        for request in requests:
            connection.sendall(request.encode())
            answer = http.client.HTTPResponse(connection, method=request.split()[0])
            answer.begin()
            body = answer.read()
            if answer.status != status:
                raise SystemExit(f"bench: {request.splitlines()[0]} was answered {answer.status}: {body.decode()}")


def statements(cluster, database, run):
    """Returns how often `run` executes each statement, by PostgreSQL's query identifier, and the statements' texts."""
    cluster.sql("SELECT pg_stat_statements_reset()")
    run()
    rows = cluster.rows(f"""SELECT queryid, query, calls FROM pg_stat_statements
        JOIN pg_database ON pg_database.oid = dbid WHERE datname = '{database}'""")
    counted = collections.Counter()
    for row in rows:
        counted[row["queryid"]] += 1 if row["query"].split()[0] in UTILITIES else row["calls"]
    return counted, {row["queryid"]: row["query"] for row in rows}


def same_statements(cluster, store, case, count=8):
    """Checks that the floor executes the same statements as the service, equally often."""
    requests = (case.requests(store, count) * count)[:count]
    variables = case.variables(store, count)
    of_service, texts = statements(cluster, store.database, lambda: send(store.service, requests, case.status))
    of_floor, floor_texts = statements(
        cluster, store.database, lambda: pgbench(cluster, store.database, case.floor, variables, 1, f"--transactions={count}"))
    if of_service != of_floor:
        differing = [(of_service[id], of_floor[id], {**texts, **floor_texts}[id])
                     for id in of_service | of_floor if of_service[id] != of_floor[id]]
        lines = "\n".join(f"  service {of_service}, floor {of_floor}: {text}" for of_service, of_floor, text in sorted(differing))
        raise SystemExit(f"bench: {case.floor.name} does not execute what the service executes for {count} requests:\n{lines}")
