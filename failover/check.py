"""Compares what the store holds in the end with what was acknowledged."""

import json

from history import Outcome

DONE, UNKNOWN = Outcome.DONE, Outcome.UNKNOWN

WAITING_AFTER_RESTOCK = """
SELECT count(*) FROM pre_booking_statuses AS placed JOIN books ON books.id = placed.book_id
WHERE placed.status = 'waiting' AND (books.stock_quantity > 0 OR books.round > placed.round)
"""
# Everyone who was notified and did not cancel, without a delivered e-mail.
WITHOUT_MAIL = """
SELECT count(*) FROM pre_booking_statuses AS placed LEFT JOIN deliveries USING (pre_booking_id)
WHERE placed.status = 'notified' AND deliveries.status IS DISTINCT FROM 'delivered'
"""
NOTIFIED = "SELECT pre_booking_id FROM pre_booking_statuses WHERE notified_at IS NOT NULL"
DELIVERED = "SELECT pre_booking_id FROM deliveries WHERE status = 'delivered'"


class Check:
    """`lost` are acknowledged writes that are not there; `phantoms` are writes that happened twice, or though they were refused."""

    def __init__(self, topology):
        self.topology, self.lost, self.phantoms, self.others, self.came_true = topology, [], [], [], 0

    def rows(self, query):
        return json.loads(self.topology.sql(f"SELECT coalesce(json_agg(rows), '[]') FROM ({query}) AS rows"))

    def column(self, query):
        return [next(iter(row.values())) for row in self.rows(query)]

    def customers(self, customers):
        placed, cancelled = {}, set()
        for row in self.rows("SELECT id, user_id, book_id, cancelled_at FROM pre_bookings"):
            placed.setdefault((row["user_id"], row["book_id"]), set()).add(row["id"])
            if row["cancelled_at"]:
                cancelled.add(row["id"])
        for customer in customers:
            self.pre_bookings(customer, placed, cancelled)

    def pre_bookings(self, customer, placed, cancelled):
        for book in customer.books:
            stored = placed.get((customer.id, book), set())
            mine = [placement for placement in customer.placements if placement.book == book]
            acknowledged = {placement.id for placement in mine if placement.id}
            unknown = sum(placement.outcome == UNKNOWN for placement in mine)
            self.lost += [f"pre-booking {id}" for id in acknowledged - stored]
            self.came_true += len(stored - acknowledged)
            if len(stored - acknowledged) > unknown:
                self.phantoms.append(f"{len(stored - acknowledged)} pre-bookings of {customer.name} for book {book}, {unknown} may be")
        for placement in filter(lambda placement: placement.id, customer.placements):
            if placement.cancel == DONE and placement.id not in cancelled:
                self.lost.append(f"the cancel of pre-booking {placement.id}")
            if placement.cancel is None and placement.id in cancelled:
                self.phantoms.append(f"pre-booking {placement.id} is cancelled, which nobody did")

    def clerks(self, clerks):
        books = {row["id"]: row for row in self.rows("SELECT id, title, stock_quantity, round FROM books")}
        restocks = {row["book_id"]: row["count"] for row in self.rows("SELECT book_id, count(*) FROM restocks GROUP BY book_id")}
        titles = {row["title"] for row in books.values()}
        for clerk in clerks:
            for shelf in clerk.shelves:
                stored, count = books[shelf.id], restocks.get(shelf.id, 0)
                self.value(f"the title of book {shelf.id}", stored["title"], shelf.title)
                self.value(f"the stock of book {shelf.id}", stored["stock_quantity"], shelf.stock)
                self.number(f"restocks of book {shelf.id}", count, shelf.restocks, shelf.unknown_restocks)
                if count != stored["round"]:
                    self.others.append(f"book {shelf.id} has {count} restocks in {stored['round']} rounds")
            for addition in clerk.additions:
                possible = {addition.outcome == DONE} if addition.outcome != UNKNOWN else {True, False}
                if addition.deletion:
                    possible = {False} if addition.deletion == DONE else {True, False}
                self.presence(f"book {addition.title!r}", addition.title in titles, possible)

    def members(self, members):
        users = {row["email"]: row["is_active"] for row in self.rows("SELECT email, is_active FROM users")}
        for member in members:
            for account in member.accounts:
                possible = {account.outcome == DONE} if account.outcome != UNKNOWN else {True, False}
                self.presence(f"account {account.email}", account.email in users, possible)
                if account.email in users:
                    self.value(f"is_active of {account.email}", users[account.email], account.active)
            # The old connection has rested for too long.
            member.caller.connection.close()
            for token in [token for account in member.accounts for token in account.ended][-20:]:
                if member.caller.call("POST /auth/refresh", "/auth/refresh", {"refresh_token": token}).status != 401:
                    self.lost.append(f"a log-out of {member.name}")

    def value(self, what, stored, known):
        if stored not in known.possible:
            self.lost.append(f"{what} is {stored!r}, not one of {known.possible}")

    def presence(self, what, is_there, possible):
        if is_there not in possible:
            (self.phantoms if is_there else self.lost).append(what)
        self.came_true += is_there and len(possible) == 2

    def number(self, what, stored, acknowledged, unknown):
        self.came_true += max(0, stored - acknowledged)
        if stored < acknowledged:
            self.lost.append(f"{acknowledged - stored} {what}")
        if stored > acknowledged + unknown:
            self.phantoms.append(f"{stored} {what}, of which {acknowledged} were acknowledged and {unknown} unknown")

    def rules(self):
        if found := self.topology.doctor():
            self.others.append(found)

    def mails(self, copies):
        """Takes the number of copies of each pre-booking's e-mail that the mail server has."""
        notified, delivered = set(self.column(NOTIFIED)), self.column(DELIVERED)
        for query, what in [(WAITING_AFTER_RESTOCK, "pre-bookings of a restocked round wait"), (WITHOUT_MAIL, "notified users have no e-mail")]:
            if count := int(self.topology.sql(query)):
                self.others.append(f"{count} {what}")
        missing = [id for id in delivered if id not in copies]
        if missing:
            self.others.append(f"the mail server lacks the e-mails of {missing}")
        if unasked := [id for id in copies if id not in notified]:
            self.others.append(f"e-mails of pre-bookings that were not notified: {unasked}")
