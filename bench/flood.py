"""How a flood of log-ins slows down other requests."""

from cases import CASES
from drive import result_of_wrk, start_wrk, wrk

TARGET = 2
LOG_INS_AT_A_TIME = 32
OTHERS = ["find_book", "list_pre_bookings", "place"]
# A steady load below the machine's limit, and one connection that never pauses.
LOADS = [(8, 10, "8 connections, 10 ms apart"), (1, 0, "1 connection without a pause")]


def measure(store, directory, seconds, say):
    log_in = next(case for case in CASES if case.script == "log_in")
    rows = []
    for case in [case for case in CASES if case.script in OTHERS and "one book" not in case.name]:
        for connections, pause, load in LOADS:
            def run():
                return wrk(store.service, case.requests(store, 100_000), connections, seconds, directory, pause)

            run()
            alone = run()
            flood = start_wrk(store.service, log_in.requests(store, 1), LOG_INS_AT_A_TIME, seconds + 2, directory)
            flooded = run()
            log_ins = result_of_wrk(flood)
            say(f"{case.name}, {load}: p99 {alone.p99:.2f} ms, {flooded.p99:.2f} ms during {log_ins.per_second:.0f} log-ins/s")
            rows.append((f"{case.name}, {load}", alone, flooded, log_ins))
    return rows


def table(rows):
    lines = ["| other requests | p50 alone | p99 alone | p50 in the flood | p99 in the flood | factor of p99 | target | reached | log-ins/s |",
             "|---|--:|--:|--:|--:|--:|--:|---|--:|"]
    for name, alone, flooded, log_ins in rows:
        factor = flooded.p99 / alone.p99
        lines.append(
            f"| {name} | {alone.p50:.2f} ms | {alone.p99:.2f} ms | {flooded.p50:.2f} ms | {flooded.p99:.2f} ms | {factor:.1f} | "
            f"≤ {TARGET} | {'yes' if factor <= TARGET else '**no**'} | {log_ins.per_second:.0f} |")
    return "\n".join(lines)
