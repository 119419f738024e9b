-- The number of this transaction among those of all clients. A client keeps its variables from one transaction to the next.
\set turn :turn + 1
\set book :first_book + :turn
SELECT "sessions"."id" AS "A_id", "sessions"."user_id" AS "A_user_id", "sessions"."created_at" AS "A_created_at", "sessions"."last_used_at" AS "A_last_used_at", "sessions"."expires_at" AS "A_expires_at", "sessions"."ended_at" AS "A_ended_at", "sessions"."address" AS "A_address", "sessions"."user_agent" AS "A_user_agent", "users"."id" AS "B_id", "users"."subject" AS "B_subject", "users"."email" AS "B_email", "users"."password_hash" AS "B_password_hash", "users"."role" AS "B_role", "users"."is_active" AS "B_is_active", "users"."email_verified" AS "B_email_verified", "users"."created_at" AS "B_created_at" FROM "sessions" LEFT JOIN "users" ON "sessions"."user_id" = "users"."id" WHERE "sessions"."id" = 1000000000 + :admin LIMIT :one;
BEGIN;
SELECT "books"."id", "books"."title", "books"."author", "books"."price_cents", "books"."isbn", "books"."description", "books"."cover_image_url", "books"."publish_date", "books"."stock_quantity", "books"."round", "books"."created_at", "books"."updated_at" FROM "books" WHERE "books"."id" = :book LIMIT :one FOR NO KEY UPDATE;
UPDATE "books" SET "stock_quantity" = :quantity, "round" = :next_round, "updated_at" = :now WHERE "books"."id" = :book;
INSERT INTO "restocks" ("book_id", "round", "quantity", "restocked_at") VALUES (:book, :round, :quantity, :now) RETURNING pg_notify(:channel, :nothing);
COMMIT;
