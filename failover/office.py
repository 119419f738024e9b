"""An admin and a visitor, who only read, and send failed e-mails again."""

from actor import Actor


class Office(Actor):
    def __init__(self, admin_token, books, *arguments):
        super().__init__("office", *arguments)
        self.token, self.books, self.deliveries = admin_token, books, []

    def steps(self):
        # Not /health/ready, which is the proxy's, and 503 while a server drains.
        lists = ["GET /books", "GET /admin/users", "GET /admin/restocks", "GET /health", "GET /openapi.json"]
        reads = [lambda name=name: self.expect(self.call(name)) for name in lists]
        of_a_delivery = [self.find_delivery, self.retry_delivery] if self.deliveries else []
        return [*reads, self.search, self.list_of_book, self.list_deliveries, self.retry_all, *of_a_delivery]

    def search(self):
        self.expect(self.call("GET /books?q=", "/books?q=volume&in_stock=true&sort=title"))

    def list_of_book(self):
        self.expect(self.call("GET /admin/books/{id}/prebooks", f"/admin/books/{self.random.choice(self.books)}/prebooks"))

    def list_deliveries(self):
        made = self.call("GET /admin/deliveries")
        self.expect(made)
        if made.status == 200:
            self.deliveries = [item["id"] for item in made.body["items"]]

    def find_delivery(self):
        self.expect(self.call("GET /admin/deliveries/{id}", f"/admin/deliveries/{self.random.choice(self.deliveries)}"))

    def retry_delivery(self):
        delivery = self.random.choice(self.deliveries)
        made = self.call("POST /admin/deliveries/{id}/retry", f"/admin/deliveries/{delivery}/retry")
        self.expect(made, "DELIVERY_ALREADY_DELIVERED")

    def retry_all(self):
        self.expect(self.call("POST /admin/deliveries/retry", "/admin/deliveries/retry?status=failed"))
