-- The number of this transaction among those of all clients. A client keeps its variables from one transaction to the next.
\set turn :turn + 1
\set n :first + :turn * :clients + :client_id
\set user :first_user + :n % :users
-- pgbench can count but not concatenate, so the addresses of these accounts are plain numbers.
\set account :n % :users
SELECT "users"."id", "users"."email", "users"."password_hash", "users"."role", "users"."is_active", "users"."created_at" FROM "users" WHERE "users"."email" = :account LIMIT :one;
BEGIN;
SELECT "users"."id", "users"."email", "users"."password_hash", "users"."role", "users"."is_active", "users"."created_at" FROM "users" WHERE "users"."id" = :user LIMIT :one FOR NO KEY UPDATE;
INSERT INTO "refresh_tokens" ("user_id", "token_hash", "family", "created_at", "expires_at") VALUES (:user, :n, :n, :now, :now);
COMMIT;
