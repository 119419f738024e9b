-- The number of this transaction among those of all clients. A client keeps its variables from one transaction to the next.
\set turn :turn + 1
\set n :first + :turn * :clients + :client_id
\set user :first_user + :n % :users
\set book :first_book + :n % :books
SELECT "users"."id", "users"."email", "users"."password_hash", "users"."role", "users"."is_active", "users"."created_at" FROM "users" WHERE "users"."id" = :user LIMIT :one;
SELECT "books"."id", "books"."title", "books"."author", "books"."price_cents", "books"."isbn", "books"."description", "books"."cover_image_url", "books"."publish_date", "books"."stock_quantity", "books"."round", "books"."created_at", "books"."updated_at" FROM "books" WHERE "books"."id" = :book LIMIT :one;
INSERT INTO "pre_bookings" ("user_id", "book_id", "round", "created_at") SELECT :user::int8, "id", "round", :now::timestamptz FROM "books" WHERE "books"."id" = :book AND "books"."round" = :round AND may_wait(:user, :most) ON CONFLICT ("user_id", "book_id", "round") WHERE "cancelled_at" IS NULL DO NOTHING RETURNING "id";
