"""An admin who restocks books, and adds, changes and deletes others."""

import dataclasses

from actor import Actor
from history import Outcome, Value

BOOKS = 6


@dataclasses.dataclass
class Shelf:
    """A book that customers pre-book, with what is known of it."""
    id: int
    title: Value
    stock: Value
    # Restocks that were acknowledged, and changes that may have been one.
    restocks: int = 0
    unknown_restocks: int = 0


@dataclasses.dataclass
class Addition:
    title: str
    outcome: Outcome
    id: int | None = None
    deletion: Outcome | None = None


class Clerk(Actor):
    def __init__(self, number, admin_token, *arguments):
        super().__init__(f"clerk-{number}", *arguments)
        self.token, self.count, self.additions = admin_token, 0, []
        self.shelves = [self.new_shelf() for _ in range(BOOKS)]

    def new_shelf(self):
        title = self.new_title()
        return Shelf(self.must("POST /books", body=book(title))["id"], Value(title), Value(0))

    def new_title(self):
        """Returns a title that no other book ever has."""
        self.count += 1
        return f"{self.name}, volume {self.count}"

    def steps(self):
        deletable = [self.delete] if self.deletable() else []
        return [self.set_stock] * 6 + [self.change, self.find, self.add, *deletable]

    def deletable(self):
        return [added for added in self.additions if added.id and added.deletion != Outcome.DONE]

    def set_stock(self):
        shelf = self.random.choice(self.shelves)
        quantity = self.random.choice([0, self.random.randint(1, 1_000_000)])
        made = self.call("PATCH /books/{id}/stock", f"/books/{shelf.id}/stock", {"quantity": quantity})
        self.expect(made)
        if made.outcome == Outcome.DONE:
            possible = {bool(quantity) and before == 0 for before in shelf.stock.possible}
            if made.body["restocked"] not in possible:
                self.report(made, f"says restocked: {made.body['restocked']} of book {shelf.id}, whose stock was one of {shelf.stock.possible}")
            shelf.restocks += made.body["restocked"]
        elif made.outcome == Outcome.UNKNOWN and quantity:
            shelf.unknown_restocks += 1
        shelf.stock.write(quantity, made.outcome)

    def change(self):
        shelf, title = self.random.choice(self.shelves), self.new_title()
        made = self.call("PUT /books/{id}", f"/books/{shelf.id}", {"title": title})
        self.expect(made)
        shelf.title.write(title, made.outcome)

    def find(self):
        shelf = self.random.choice(self.shelves)
        made = self.call("GET /books/{id}", f"/books/{shelf.id}")
        self.expect(made)
        if made.outcome == Outcome.DONE:
            for name, known in [("title", shelf.title), ("stock_quantity", shelf.stock)]:
                if made.body[name] not in known.possible:
                    self.report(made, f"shows {name} {made.body[name]!r} of book {shelf.id}, not one of {known.possible}")

    def add(self):
        title = self.new_title()
        made = self.call("POST /books", body=book(title))
        self.expect(made)
        self.additions.append(Addition(title, made.outcome, made.body["id"] if made.outcome == Outcome.DONE else None))

    def delete(self):
        addition = self.random.choice(self.deletable())
        made = self.call("DELETE /books/{id}", f"/books/{addition.id}")
        self.expect(made, "BOOK_NOT_FOUND")
        if made.code == "BOOK_NOT_FOUND" and not addition.deletion:
            self.report(made, f"does not find book {addition.id}, which was acknowledged")
        if made.outcome == Outcome.DONE or made.code == "BOOK_NOT_FOUND":
            addition.deletion = Outcome.DONE
        elif made.outcome == Outcome.UNKNOWN:
            addition.deletion = Outcome.UNKNOWN


def book(title):
    return {"title": title, "author": "Lem", "price": "9.99"}
