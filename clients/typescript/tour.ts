// The README's tour, with types: what is misspelt, missing or of a wrong type is found by the compiler.
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/schema.js";

type Problem = components["schemas"]["Problem"];
type PreBooking = components["schemas"]["PreBooking"];

const baseUrl = process.env["API"] ?? "http://127.0.0.1:8080";

const anyone = createClient<paths>({ baseUrl });

const signedIn = (token: string) => createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

/** What a call answered, or its problem. */
function right<T>(answer: { data?: T; error?: Problem }): T {
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
const admin = signedIn(right(await anyone.POST("/auth/login", { body: credentials })).access_token);

const book = right(await admin.POST("/books", { body: { title: "Solaris", author: "Stanisław Lem", price: 19.99 } }));
check(!book.in_stock && book.price === "19.99", `${book.title} is out of stock`);

const newcomer = { email: `ada-${Date.now()}@example.com`, password: "correct horse" };
const ada = signedIn(right(await anyone.POST("/auth/register", { body: newcomer })).access_token);

const placed: PreBooking = right(await ada.POST("/prebooks", { body: { book_id: book.id } }));
check(placed.status === "waiting" && placed.notified_at === null, `Ada waits for ${placed.book_title}`);

const twice = await ada.POST("/prebooks", { body: { book_id: book.id } });
check(twice.error?.code === "PREBOOK_DUPLICATE", `a second time is refused: ${twice.error?.detail}`);

const path = { id: book.id };
const restock = right(await admin.PATCH("/books/{id}/stock", { params: { path }, body: { quantity: 5 } }));
check(restock.restocked && restock.in_stock, "it is restocked");

const query = { status: "notified", limit: 10 } as const;
const { items } = right(await ada.GET("/prebooks", { params: { query } }));
check(items.length === 1 && items[0]?.id === placed.id && items[0].notified_at !== null, "Ada is notified");
