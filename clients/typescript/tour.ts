// The README's tour, with types: the compiler finds every misspelt, missing or wrongly typed field.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema.js";

type Problem = components["schemas"]["Problem"];
type PreBooking = components["schemas"]["PreBooking"];

const baseUrl = process.env["API"] ?? "http://127.0.0.1:8080";

const anyone = createClient<paths>({ baseUrl });

const signedIn = (token: string) => createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

/** Returns the data of a successful call, and throws the problem of any other. */
function unwrap<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.data === undefined) throw new Error(`${answer.error?.code}: ${answer.error?.detail}`);
  return answer.data;
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not as expected: ${what}`);
  console.log(what);
}

const credentials = {
  email: process.env["ADMIN_EMAIL"] ?? "admin@example.com",
  password: process.env["ADMIN_PASSWORD"] ?? readFileSync("../../data/admin-password", "utf8").trim(),
};
const admin = signedIn(unwrap(await anyone.POST("/auth/login", { body: credentials })).access_token);

const book = unwrap(await admin.POST("/books", { body: { title: "Solaris", author: "Stanisław Lem", price: 19.99 } }));
check(!book.in_stock && book.price === "19.99", `${book.title} is out of stock`);

const newcomer = { email: `ada-${Date.now()}@example.com`, password: "correct horse" };
const ada = signedIn(unwrap(await anyone.POST("/auth/register", { body: newcomer })).access_token);

const placed: PreBooking = unwrap(await ada.POST("/prebooks", { body: { book_id: book.id } }));
check(placed.status === "waiting" && placed.notified_at === null, `Ada waits for ${placed.book_title}`);

const twice = await ada.POST("/prebooks", { body: { book_id: book.id } });
check(twice.error?.code === "PREBOOK_DUPLICATE", `a second pre-booking is rejected: ${twice.error?.detail}`);

const path = { id: book.id };
const restock = unwrap(await admin.PATCH("/books/{id}/stock", { params: { path }, body: { quantity: 5 } }));
check(restock.restocked && restock.in_stock, "the book is restocked");

const query = { status: "notified", limit: 10 } as const;
const { items } = unwrap(await ada.GET("/prebooks", { params: { query } }));
check(items.length === 1 && items[0]?.id === placed.id && items[0].notified_at !== null, "Ada is notified");
