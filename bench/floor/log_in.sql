-- The number of this transaction among those of all clients. A client keeps its variables from one transaction to the next.
\set turn :turn + 1
\set n :first + :turn * :clients + :client_id
\set user :first_user + :n % :users
-- pgbench can count but not concatenate, so the addresses of these accounts are plain numbers.
\set account :n % :users
SELECT "users"."id", "users"."email", "users"."password_hash", "users"."role", "users"."is_active", "users"."created_at" FROM "users" WHERE "users"."email" = :account LIMIT :one;
BEGIN;
SELECT "users"."id", "users"."email", "users"."password_hash", "users"."role", "users"."is_active", "users"."created_at" FROM "users" WHERE "users"."id" = :user LIMIT :one FOR NO KEY UPDATE;
SELECT "users"."password_hash" FROM "users" WHERE "users"."id" = :user LIMIT :one;
DELETE FROM "sessions" WHERE "sessions"."id" IN (SELECT "sessions"."id" FROM "sessions" WHERE "sessions"."user_id" = :user ORDER BY "sessions"."ended_at" IS NOT NULL ASC, "sessions"."last_used_at" DESC, "sessions"."id" DESC LIMIT 9223372036854775807 OFFSET 99);
INSERT INTO "sessions" ("user_id", "created_at", "last_used_at", "expires_at", "address") VALUES (:user, :now, :now, :now, :n) RETURNING "id" \gset session_
INSERT INTO "refresh_tokens" ("session_id", "token_hash", "created_at", "expires_at") VALUES (:session_id, :n, :now, :now);
COMMIT;
