-- The how-manieth transaction this is, among all clients; a client keeps its variables from one to the next.
\set turn :turn + 1
\set n :first + :turn * :clients + :client_id
\set user :first_user + :n % :users
\set pre_booking :first_pre_booking + :n
SELECT "users"."id", "users"."email", "users"."password_hash", "users"."role", "users"."is_active", "users"."created_at" FROM "users" WHERE "users"."id" = :user LIMIT :one;
SELECT "pre_bookings"."id" AS "A_id", "pre_bookings"."user_id" AS "A_user_id", "pre_bookings"."book_id" AS "A_book_id", "pre_bookings"."round" AS "A_round", "pre_bookings"."created_at" AS "A_created_at", "pre_bookings"."cancelled_at" AS "A_cancelled_at", "pre_bookings"."was_notified" AS "A_was_notified", "restocks"."id" AS "B_id", "restocks"."book_id" AS "B_book_id", "restocks"."round" AS "B_round", "restocks"."quantity" AS "B_quantity", "restocks"."restocked_at" AS "B_restocked_at", "restocks"."fan_out_stage" AS "B_fan_out_stage", "restocks"."fan_out_after" AS "B_fan_out_after" FROM "pre_bookings" LEFT JOIN "restocks" ON "pre_bookings"."book_id" = "restocks"."book_id" AND "pre_bookings"."round" = "restocks"."round" WHERE "pre_bookings"."id" = :pre_booking AND "pre_bookings"."user_id" = :user LIMIT :one;
UPDATE "pre_bookings" SET "cancelled_at" = :now, "was_notified" = :no WHERE "pre_bookings"."id" = :pre_booking AND "pre_bookings"."cancelled_at" IS NULL AND (NOT EXISTS(SELECT :one::int4 FROM "restocks" WHERE "restocks"."book_id" = "pre_bookings"."book_id" AND "restocks"."round" = "pre_bookings"."round"));
