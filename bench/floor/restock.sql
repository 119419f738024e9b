-- The number of this transaction among those of all clients. A client keeps its variables from one transaction to the next.
\set turn :turn + 1
\set book :first_book + :turn
SELECT "users"."id", "users"."email", "users"."password_hash", "users"."role", "users"."is_active", "users"."created_at" FROM "users" WHERE "users"."id" = :admin LIMIT :one;
BEGIN;
SELECT "books"."id", "books"."title", "books"."author", "books"."price_cents", "books"."isbn", "books"."description", "books"."cover_image_url", "books"."publish_date", "books"."stock_quantity", "books"."round", "books"."created_at", "books"."updated_at" FROM "books" WHERE "books"."id" = :book LIMIT :one FOR NO KEY UPDATE;
UPDATE "books" SET "stock_quantity" = :quantity, "round" = :next_round, "updated_at" = :now WHERE "books"."id" = :book;
INSERT INTO "restocks" ("book_id", "round", "quantity", "restocked_at") VALUES (:book, :round, :quantity, :now) RETURNING pg_notify(:channel, :nothing);
COMMIT;
