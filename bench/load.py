"""Throughput and latency of each call at 1 and 32 connections, in turns with its floor."""

import dataclasses

from cases import CASES
from drive import Measured, pgbench, same_statements, wrk
from service import median

CONNECTIONS = [1, 32]
# More requests per second than any machine can do, for calls whose requests must all differ.
MOST_PER_SECOND = 15_000


@dataclasses.dataclass
class Row:
    name: str
    connections: int
    service: Measured
    floor: Measured
    ratio: float
    target: float | None


def medians(rounds):
    return Measured(*(median(getattr(measured, name) for measured in rounds) for name in ["per_second", "p50", "p99"]))


def measure(cluster, store, directory, seconds, rounds, say, only=""):
    rows = []
    for case in CASES:
        if only not in case.name and only != case.script:
            continue
        same_statements(cluster, store, case)
        for connections in CONNECTIONS:
            def service(seconds):
                count = seconds * MOST_PER_SECOND
                return wrk(store.service, case.requests(store, count), connections, seconds, directory)

            def floor(seconds):
                variables = case.variables(store, seconds * MOST_PER_SECOND * 2)
                return pgbench(cluster, store.database, case.floor, variables, connections, f"--time={seconds}")

            service(1), floor(1)
            of_service, of_floor = [], []
            for _ in range(rounds):
                of_service.append(service(seconds))
                of_floor.append(floor(seconds))
            store.service.empty_log()
            ratio = median(one.per_second / other.per_second for one, other in zip(of_service, of_floor))
            row = Row(case.name, connections, medians(of_service), medians(of_floor), ratio,
                      case.target if connections == 32 else None)
            say(f"{row.name} at {connections}: {row.service.per_second:,.0f}/s of {row.floor.per_second:,.0f}/s, {ratio:.0%}")
            rows.append(row)
    return rows


def table(rows):
    lines = ["| call | connections | requests/s | p50 | p99 | floor/s | floor p50 | floor p99 | ratio | target | reached |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    for row in rows:
        target = "" if row.target is None else f"{row.target:.0%}"
        reached = "" if row.target is None else "yes" if row.ratio >= row.target else "**no**"
        columns = [row.name, row.connections]
        for measured in [row.service, row.floor]:
            columns += [f"{measured.per_second:,.0f}", f"{measured.p50:.2f} ms", f"{measured.p99:.2f} ms"]
        lines.append("| " + " | ".join(map(str, [*columns, f"{row.ratio:.0%}", target, reached])) + " |")
    return "\n".join(lines)
