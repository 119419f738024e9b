"""How long a restock takes by the number of waiting users, and how fast placements on the same book are meanwhile."""

import dataclasses

from cases import PLACERS, RESTOCK, place
from drive import Measured, pgbench, result_of_wrk, same_statements, start_wrk, wrk
from service import Client, percentile

RESTOCKS = 50
QUIET_P99, FLOOD_P99 = 5, 20

MOST_WAITING_USERS = """
SET session_replication_role = replica;
INSERT INTO users (email, password_hash) SELECT 'waiting-' || n || '@example.com', '-' FROM generate_series(0, {count} - 1) AS n;
SELECT lastval();
"""
WAIT = """
SET session_replication_role = replica;
INSERT INTO pre_bookings (user_id, book_id) SELECT {first_user} + n, {book} FROM generate_series(0, {count} - 1) AS n;
VACUUM (ANALYZE) pre_bookings;
CHECKPOINT;
"""
# Undoes the restock, so that everyone waits again: all statuses follow from these two rows.
UNDO = """
BEGIN;
UPDATE books SET stock_quantity = 0, round = 0 WHERE id = {book};
DELETE FROM restocks WHERE book_id = {book};
COMMIT;
"""


@dataclasses.dataclass
class Row:
    waiting: int
    quiet: list
    flooded: list
    memory_growth_mb: float
    placements_alone: Measured
    placements_meanwhile: Measured


def measure(cluster, store, directory, sizes, seconds, say):
    last = int(store.sql(MOST_WAITING_USERS.format(count=max(sizes))))
    first_user = last - max(sizes) + 1
    same_statements(cluster, store, RESTOCK)
    floor = pgbench(cluster, store.database, RESTOCK.floor, RESTOCK.variables(store, RESTOCKS), 1, f"--transactions={RESTOCKS}")
    rows = []
    for waiting in sizes:
        book = store.spare_books()
        store.sql(WAIT.format(first_user=first_user, book=book, count=waiting))
        rows.append(measure_one(store, directory, book, waiting, seconds))
        say(f"restock with {waiting:,} waiting: p99 {percentile(rows[-1].quiet, 99):.2f} ms, "
            f"{percentile(rows[-1].flooded, 99):.2f} ms during the flood")
    return rows, floor


def measure_one(store, directory, book, waiting, seconds):
    service = store.service
    admin = Client(service, service.token(store.admin, "admin"))

    def restock():
        """Restocks the book and returns how many milliseconds it took."""
        answer, milliseconds = admin.call("PATCH", f"/books/{book}/stock", {"quantity": 5})
        if not answer["restocked"]:
            raise SystemExit("bench: the book was not restocked")
        return milliseconds

    def undo():
        store.sql(UNDO.format(book=book))

    restock()
    notified = int(store.sql(f"SELECT count(*) FROM pre_booking_statuses WHERE book_id = {book} AND status = 'notified'"))
    if notified != waiting:
        raise SystemExit(f"bench: of {waiting} waiting {notified} were notified")
    undo()

    service.forget_peak_memory()
    memory = service.memory_mb("VmHWM")
    quiet = []
    for _ in range(RESTOCKS):
        quiet.append(restock())
        undo()
    growth = service.memory_mb("VmHWM") - memory

    placements = [place(store, n, book) for n in range(PLACERS)]
    half = PLACERS // 2
    alone = wrk(service, placements[:half], 32, seconds, directory)
    flood, flooded = start_wrk(service, placements[half:], 32, seconds * 2, directory), []
    while flood.poll() is None:
        flooded.append(restock())
        undo()
    meanwhile = result_of_wrk(flood, may_refuse=True)
    if len(flooded) < RESTOCKS:
        raise SystemExit(f"bench: only {len(flooded)} restocks during the flood")
    # The flood may have ended before the last restock.
    return Row(waiting, quiet, flooded[:-1], growth, alone, meanwhile)


def table(rows, floor):
    lines = [
        "| waiting | p50 | p99 | target | memory growth | p50 in the flood | p99 in the flood | target | "
        "placements/s alone | p50 | p99 | responses/s meanwhile | p50 | p99 | rejected as in stock | reached |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    for row in rows:
        quiet, flooded = percentile(row.quiet, 99), percentile(row.flooded, 99)
        # Less than 1 MB is the allocator's rounding, and no growth.
        reached = quiet < QUIET_P99 and flooded < FLOOD_P99 and row.memory_growth_mb < 1
        placements = [f"{measured.per_second:,.0f} | {measured.p50:.1f} ms | {measured.p99:.1f} ms"
                      for measured in [row.placements_alone, row.placements_meanwhile]]
        lines.append(
            f"| {row.waiting:,} | {percentile(row.quiet, 50):.2f} ms | {quiet:.2f} ms | < {QUIET_P99} ms | "
            f"{row.memory_growth_mb:.2f} MB | {percentile(row.flooded, 50):.2f} ms | {flooded:.2f} ms | < {FLOOD_P99} ms | "
            f"{placements[0]} | {placements[1]} | {row.placements_meanwhile.refused:.0%} | {'yes' if reached else '**no**'} |")
    flooded = [len(row.flooded) for row in rows]
    lines += ["", f"The floor of a restock: p50 {floor.p50:.2f} ms, p99 {floor.p99:.2f} ms. {RESTOCKS} restocks each, "
              f"{min(flooded)} to {max(flooded)} during the flood of 32 connections."]
    return "\n".join(lines)
