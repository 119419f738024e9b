"""A customer, who places pre-bookings, reads and cancels them."""

import dataclasses

from actor import PASSWORD, Actor
from history import Outcome

# A status only moves forward.
ORDER = ["waiting", "notified", "cancelled"]


@dataclasses.dataclass
class Placement:
    book: int
    outcome: Outcome
    id: int | None = None
    status: str = "waiting"
    # The outcome of a cancel; None if there was none that may have happened.
    cancel: Outcome | None = None

    def is_open(self):
        """Whether it may still be waiting."""
        return self.outcome == Outcome.UNKNOWN or self.cancel != Outcome.DONE


class Customer(Actor):
    def __init__(self, number, books, *arguments):
        super().__init__(f"customer-{number}", *arguments)
        self.books, self.placements = books, []
        self.email = f"{self.name}@example.com"
        account = {"email": self.email, "password": PASSWORD}
        self.token = self.must("POST /auth/register", body=account)["access_token"]
        self.id = self.must("GET /auth/me")["id"]

    def steps(self):
        of_mine = [self.find, self.cancel, self.list] if self.mine() else []
        return [self.place] * 4 + of_mine + [lambda: self.call("GET /auth/me")]

    def mine(self):
        return [placement for placement in self.placements if placement.id]

    def place(self):
        book = self.random.choice(self.books)
        made = self.call("POST /prebooks", body={"book_id": book})
        if made.outcome in (Outcome.DONE, Outcome.UNKNOWN):
            self.placements.append(Placement(book, made.outcome, made.body["id"] if made.outcome == Outcome.DONE else None))
        self.expect(made, "PREBOOK_BOOK_IN_STOCK", "PREBOOK_DUPLICATE")
        if made.code == "PREBOOK_DUPLICATE" and not any(mine.book == book and mine.is_open() for mine in self.placements):
            self.report(made, "is a duplicate of none that may have happened")

    def find(self):
        placement = self.random.choice(self.mine()[-20:])
        made = self.call("GET /prebooks/{id}", f"/prebooks/{placement.id}")
        self.expect(made)
        if made.outcome == Outcome.DONE:
            self.saw(placement, made, made.body["status"])

    def list(self):
        made = self.call("GET /prebooks", "/prebooks?limit=500")
        self.expect(made)
        if made.outcome == Outcome.DONE:
            statuses = {item["id"]: item["status"] for item in made.body["items"]}
            for placement in self.mine()[-400:]:
                self.saw(placement, made, statuses.get(placement.id))

    def saw(self, placement, made, status):
        if status is None:
            self.report(made, f"lacks {placement.id}, which was acknowledged")
        elif ORDER.index(status) < ORDER.index(placement.status):
            self.report(made, f"shows {placement.id} as {status}, which was {placement.status}")
        elif status == "cancelled" and not placement.cancel:
            self.report(made, f"shows {placement.id} as cancelled, which nobody did")
        else:
            placement.status = status

    def cancel(self):
        placement = self.random.choice(self.mine()[-10:])
        made = self.call("DELETE /prebooks/{id}", f"/prebooks/{placement.id}")
        self.expect(made, "PREBOOK_ALREADY_CANCELLED")
        if made.code == "PREBOOK_ALREADY_CANCELLED" and not placement.cancel:
            self.report(made, f"says that {placement.id} is cancelled, which nobody did")
        if made.outcome == Outcome.DONE:
            if placement.cancel == Outcome.DONE:
                self.report(made, f"cancelled {placement.id} twice")
            placement.cancel, placement.status = Outcome.DONE, "cancelled"
        elif made.outcome == Outcome.UNKNOWN and not placement.cancel:
            placement.cancel = Outcome.UNKNOWN
