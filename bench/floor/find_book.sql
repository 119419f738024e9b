\set book random(:first_book, :last_book)
SELECT "books"."id", "books"."title", "books"."author", "books"."price_cents", "books"."isbn", "books"."description", "books"."cover_image_url", "books"."publish_date", "books"."stock_quantity", "books"."round", "books"."created_at", "books"."updated_at" FROM "books" WHERE "books"."id" = :book LIMIT :one;
