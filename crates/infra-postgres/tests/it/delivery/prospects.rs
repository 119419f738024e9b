//! `DeliveryReader::find_prospect`.

use chrono::TimeDelta;
use domain::Timestamp;
use domain::account::{Email, User, deactivate, reactivate};
use domain::audit::Origin;
use domain::book::{Author, Book, BookChange, Price, Title};
use domain::delivery::{DeliveryId, Letter, Prospect, SkipReason};
use domain::pre_booking::{PreBooking, PreBookingStatus, cancel};
use test_support::{Suite, TestDatabase, tests};

use crate::support::{World, all, at, fan_out_all, placement};

pub(crate) fn suite() -> Suite {
    tests![
        returns_the_letter_of_a_notified_pre_booking,
        a_placement_after_its_restock_is_notified_when_it_was_placed,
        shows_a_cancel_and_a_deactivation,
        returns_the_current_details_and_address,
    ]
}

async fn world_with_a_delivery(database: &TestDatabase) -> (World, User, Book, PreBooking, Timestamp, DeliveryId) {
    let world = World::open(database).await;
    // Another delivery, which must not be mixed up with this one.
    let other = world.add_user("grace").await;
    let elsewhere = world.add_book("Fiasco", 0).await;
    world.add_pre_booking(other.id, &elsewhere).await;
    world.set_stock(elsewhere.id, 5).await.unwrap();
    fan_out_all(&world).await;

    let user = world.add_user("ada").await;
    let book = world.add_book("Solaris", 0).await;
    let pre_booking = world.add_pre_booking(user.id, &book).await;
    let restocked_at = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    fan_out_all(&world).await;
    let id = all(&world).await[1].id;
    (world, user, book, pre_booking, restocked_at, id)
}

async fn prospect(world: &World, id: DeliveryId) -> Prospect {
    world.deliveries().find_prospect(id).await.unwrap().unwrap()
}

async fn returns_the_letter_of_a_notified_pre_booking(database: TestDatabase) {
    let (world, user, book, pre_booking, notified_at, id) = world_with_a_delivery(&database).await;
    world.clock.set(at(100));
    let letter = Letter {
        pre_booking_id: pre_booking.id,
        user_id: user.id,
        to: user.email,
        book_id: book.id,
        title: book.details.title,
        author: book.details.author,
        price: book.details.price,
        notified_at,
    };
    let (status, is_active, wants_emails) = (PreBookingStatus::Notified, true, true);
    assert_eq!(prospect(&world, id).await, Prospect { letter, status, is_active, wants_emails });
}

async fn a_placement_after_its_restock_is_notified_when_it_was_placed(database: TestDatabase) {
    let world = World::open(&database).await;
    let user = world.add_user("ada").await.id;
    let book = world.add_book("Solaris", 0).await;
    let restocked_at = world.set_stock(book.id, 5).await.unwrap().restock.unwrap().restocked_at;
    let placed_at = restocked_at + TimeDelta::seconds(1);
    world.sql.execute(&placement(user, &Book { created_at: placed_at, ..book })).await;
    fan_out_all(&world).await;
    let id = all(&world).await[0].id;
    assert_eq!(prospect(&world, id).await.letter.notified_at, placed_at);
}

async fn shows_a_cancel_and_a_deactivation(database: TestDatabase) {
    let (world, user, _, pre_booking, notified_at, id) = world_with_a_delivery(&database).await;
    let before = prospect(&world, id).await;
    deactivate(world.units(), &world.clock, &Origin::program(), user.id).await.unwrap();
    let locked_out = prospect(&world, id).await;
    assert_eq!(locked_out, Prospect { is_active: false, ..before.clone() });
    assert_eq!(locked_out.decide(), Err(SkipReason::Deactivated));
    reactivate(world.units(), &world.clock, &Origin::program(), user.id).await.unwrap();
    assert_eq!(prospect(&world, id).await, before);

    cancel(world.pre_bookings(), &world.clock, user.id, pre_booking.id).await.unwrap();
    let cancelled = prospect(&world, id).await;
    assert_eq!((cancelled.status, cancelled.letter.notified_at), (PreBookingStatus::Cancelled, notified_at));
    assert_eq!(cancelled.decide(), Err(SkipReason::Cancelled));
}

async fn returns_the_current_details_and_address(database: TestDatabase) {
    let (world, user, book, _, _, id) = world_with_a_delivery(&database).await;
    let before = prospect(&world, id).await;
    let (title, author) = (Title::parse("Солярис").unwrap(), Author::parse("С. Лем").unwrap());
    let price = Price::parse("7.50").unwrap();
    let change = BookChange {
        title: Some(title.clone()),
        author: Some(author.clone()),
        price: Some(price),
        ..BookChange::default()
    };
    domain::book::change(world.units(), &world.clock, &Origin::program(), book.id, &change).await.unwrap();
    let moved = "UPDATE users SET email = 'countess@example.org' WHERE id =";
    world.sql.execute(&format!("{moved} {}", user.id.get())).await;
    let to = Email::parse("countess@example.org").unwrap();
    let letter = Letter { title, author, price, to, ..before.letter };
    assert_eq!(prospect(&world, id).await, Prospect { letter, ..before });
}
