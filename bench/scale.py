"""What each call costs in a store of millions of rows, as PostgreSQL reports it, and how that grows."""

import base64
import dataclasses
import json
import pathlib
import re
import time

from drive import pgbench
from scale_calls import PASSWORD, World, calls
from scale_store import sizes
from service import Client, Service, median

TARGET = 2
EMPTY = "empty"
# PostgreSQL explains the service's own statements as they run, with their own parameters, so no copy of them can be outdated.
EXPLAINED = """
CREATE ROLE explained SUPERUSER LOGIN;
ALTER ROLE explained SET session_preload_libraries = 'auto_explain';
ALTER ROLE explained SET auto_explain.log_min_duration = 0;
ALTER ROLE explained SET auto_explain.log_analyze = on;
ALTER ROLE explained SET auto_explain.log_buffers = on;
ALTER ROLE explained SET auto_explain.log_format = 'json';
"""
# After this many executions PostgreSQL may have a generic plan for a prepared statement. That is the plan to look at.
TURNS = 8
TIMED = 60
PLAN = re.compile(r"duration: [0-9.]+ ms  plan:\n((?:\t.*\n)+)")


@dataclasses.dataclass
class Statement:
    text: str
    plan: dict
    planning: float = 0

    @property
    def milliseconds(self):
        return self.plan["Actual Total Time"]

    @property
    def buffers(self):
        return sum(self.plan.get(f"Shared {what} Blocks", 0) for what in ["Hit", "Read"])

    @property
    def named_separately(self):
        """Whether this counts or searches for substrings, which takes longer the more rows there are."""
        return "COUNT(*)" in self.text or " LIKE " in self.text

    def nodes(self):
        return " < ".join(nodes(self.plan))


def nodes(plan):
    name = plan["Node Type"]
    where = plan.get("Index Name") or plan.get("Relation Name")
    yield f"{name} {where}" if where else name
    for child in plan.get("Plans", []):
        yield from nodes(child)


class Services:
    """A service whose statements PostgreSQL explains, and two that are timed: on the growing store, and on one that stays empty."""

    def __init__(self, cluster, program, database, directory):
        self.cluster, self.running = cluster, []

        def start(name, **options):
            (directory / name).mkdir()
            self.running.append(Service(program, directory=directory / name, **options))
            return self.running[-1]

        cluster.sql(f"CREATE DATABASE {EMPTY}")
        self.empty = start("empty", database_url=cluster.url(EMPTY))
        self.full = start("full", database_url=cluster.url(database), secret=self.empty.secret)
        self.explained = start("explained", database_url=cluster.url(database, "explained"), secret=self.empty.secret)
        for service in [self.empty, self.full]:
            Client(service).call("POST", "/auth/register", {"email": "known@example.com", "password": PASSWORD}, 201)

    def statements_of(self, run):
        """Runs a call a few times and returns the statements of the last run."""
        for _ in range(TURNS - 1):
            run()
        begin = self.cluster.log.stat().st_size
        run()
        # PostgreSQL logs a plan before it returns the result of the statement, so it is in the log now.
        text = self.cluster.log.read_bytes()[begin:].decode()
        plans = [json.loads(plan) for plan in PLAN.findall(text)]
        return [Statement(plan["Query Text"], plan["Plan"]) for plan in plans]

    def stop(self):
        for service in self.running:
            service.stop()


def measure(cluster, program, database, directory, divisor, say):
    cluster.sql(EXPLAINED)
    services = Services(cluster, program, database, directory)
    sql, sql_of_empty = (lambda statements, name=name: cluster.sql(statements, name) for name in [database, EMPTY])
    try:
        steps, statements = [], {}
        for step, grow in sizes(divisor):
            began = time.monotonic()
            grow(sql)
            if not steps:
                grow(sql_of_empty)
                world = World(services.full, sql)
            say(f"{step}: loaded in {time.monotonic() - began:.0f} s")
            steps.append(step)
            for call in calls(world, Client(services.explained)):
                statements.setdefault(call.name, []).append(services.statements_of(call.make))
        times = timed(services, world, World(services.empty, sql_of_empty))
        depth = depths(services, world, sql)
        tables = [growth(steps, statements, times), plans(statements), depth_table(depth)]
        return "\n\n".join([*tables, *indexes(cluster, database, sql, say)])
    finally:
        services.stop()


def timed(services, world, empty_world):
    """Returns the median times of each call in the empty and in the full store. They take turns, so that the disk is equally busy for both."""
    times = {}
    for empty, full in zip(calls(empty_world, Client(services.empty)), calls(world, Client(services.full))):
        turns = [(empty.make(), full.make()) for _ in range(10 if empty.hashes else TIMED)]
        times[empty.name] = [median(milliseconds) for milliseconds in zip(*turns)]
    return times


def growth(steps, calls_statements, times):
    lines = ["| call, and its cost in buffers | " + " | ".join(steps) + " | p50 when empty | p50 when full | factor | target | reached |",
             "|---|" + "--:|" * len(steps) + "--:|--:|--:|--:|---|"]
    for name, of_steps in calls_statements.items():
        buffers = []
        separate = any(statement.named_separately for statement in of_steps[0])
        for statements in of_steps:
            rest = sum(statement.buffers for statement in statements if not statement.named_separately)
            counted = sum(statement.buffers for statement in statements if statement.named_separately)
            buffers.append(f"{rest:,} + {counted:,}" if separate else f"{rest:,}")
        first, last = times[name]
        factor = last / first
        verdict = ("counts or searches" if separate else "yes" if factor <= TARGET else "**no**")
        lines.append(f"| {name} | {' | '.join(buffers)} | {first:.2f} ms | {last:.2f} ms | {factor:.1f} | ≤ {TARGET} | {verdict} |")
    return "\n".join([*lines, "", "A buffer is a page of 8 kB that a statement read. Statements that count or search for substrings "
                      "come after the plus; the target is not for their calls."])


def plans(calls_statements):
    lines = ["| statement, in the full store | its plan | buffers | time |", "|---|---|--:|--:|"]
    seen = set()
    for of_steps in calls_statements.values():
        for statement in of_steps[-1]:
            text = shortened(statement.text)
            if text not in seen:
                seen.add(text)
                lines.append(f"| `{text}` | {statement.nodes()} | {statement.buffers:,} | {statement.milliseconds:.3f} ms |")
    return "\n".join(lines)


def shortened(text):
    """Returns a statement without its long lists of columns and its quotation marks."""
    text = re.sub(r"SELECT (?!COUNT).*? FROM ", "SELECT … FROM ", text.replace('"', "").replace("\n", " "))
    text = re.sub(r"(INSERT INTO \w+ )\(.*?\) VALUES \(.*?\)", r"\1…", text)
    return re.sub(r"RETURNING .*", "RETURNING …", text).replace("|", "\\|")


def depths(services, world, sql):
    """Returns the statements that fetch near and far pages."""
    client = Client(services.explained)
    collector = world.token("first-1")
    owned = int(sql("SELECT count(*) FROM pre_bookings WHERE user_id = (SELECT id FROM users WHERE email = 'first-1@example.com')"))
    found = []

    def get(name, path, token=None):
        statements = services.statements_of(lambda: client.call("GET", path, token=token))
        page = [statement for statement in statements if not statement.named_separately][-1]
        found.append((name, page))

    for skipped in [0, owned // 100, owned // 10, owned - 200]:
        place = sql(f"""SELECT (extract(epoch FROM created_at) * 1000000)::bigint || ':' || id FROM pre_bookings
            WHERE user_id = (SELECT id FROM users WHERE email = 'first-1@example.com')
            ORDER BY created_at DESC, id DESC OFFSET {max(0, skipped - 1)} LIMIT 1""")
        cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
        get(f"`GET /prebooks` after {skipped:,} of {owned:,}", f"/prebooks?cursor={cursor}" if skipped else "/prebooks", collector)
    for path, counted in [("/books?size=20", "books"), ("/admin/users?per_page=20", "users")]:
        total = int(sql(f"SELECT count(*) FROM {counted}"))
        for page in [1, total // 2_000, total // 200, total // 20]:
            get(f"`GET {path.split('?')[0]}`, page {page:,} of {total // 20:,}", f"{path}&page={page}", world.admin)
    return found


def depth_table(found):
    lines = ["| page | plan | buffers | time |", "|---|---|--:|--:|"]
    for name, statement in found:
        lines.append(f"| {name} | {statement.nodes()} | {statement.buffers:,} | {statement.milliseconds:.2f} ms |")
    return "\n".join(lines)


PLACEMENTS = 4_000
PLACE = pathlib.Path(__file__).with_name("floor") / "place.sql"


def indexes(cluster, database, sql, say):
    """Returns the sizes of tables and indexes, and what placements cost with all indexes and with fewer and fewer of them."""
    sized = sql("""SELECT relname, pg_size_pretty(pg_relation_size(oid)), reltuples::bigint FROM pg_class
        WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 10000000 ORDER BY pg_relation_size(oid) DESC""")
    largest = ["| table or index | size | rows |", "|---|--:|--:|"]
    for line in sized.splitlines():
        name, size, rows = line.split("|")
        largest.append(f"| `{name}` | {size} | {int(rows):,} |")
    names = sql("SELECT indexname FROM pg_indexes WHERE tablename = 'pre_bookings' AND indexdef NOT LIKE '%UNIQUE%' ORDER BY indexname").split()
    first_book = int(sql("SELECT min(id) FROM books WHERE author = 'First'"))
    first_user, users = map(int, sql("SELECT min(id), count(*) FROM users WHERE email LIKE 'user-%'").split("|"))
    lines = ["| placements with | the INSERT | its buffers | its WAL records | its WAL |", "|---|--:|--:|--:|--:|"]

    def place(name, first):
        sql("VACUUM pre_bookings")
        sql("CHECKPOINT")
        variables = {"first": first, "users": users, "first_user": first_user, "books": 97, "first_book": first_book + 300}
        # The first placements after a checkpoint write whole pages to the WAL, which would hide the cost of the indexes.
        pgbench(cluster, database, PLACE, variables, 1, f"--transactions={PLACEMENTS}")
        cluster.sql("SELECT pg_stat_statements_reset()")
        pgbench(cluster, database, PLACE, {**variables, "first": first + PLACEMENTS}, 1, f"--transactions={PLACEMENTS}")
        row = cluster.rows("""SELECT mean_exec_time, (shared_blks_hit + shared_blks_read) / calls AS buffers,
            wal_records::float / calls AS records, wal_bytes / calls AS bytes FROM pg_stat_statements WHERE query LIKE 'INSERT INTO "pre_bookings"%'""")[0]
        lines.append(f"| {name} | {row['mean_exec_time']:.3f} ms | {row['buffers']} | {row['records']:.1f} | {row['bytes']:.0f} bytes |")
        say(lines[-1])

    place("all indexes", 0)
    for turn, name in enumerate(names, 1):
        sql(f"DROP INDEX {name}")
        place(f"also without `{name}`" if turn > 1 else f"without `{name}`", 2 * turn * PLACEMENTS)
    return ["\n".join(largest), "\n".join(lines)]
