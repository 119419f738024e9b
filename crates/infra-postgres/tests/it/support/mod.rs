//! What the tests share.

mod blocking;
mod deliveries;
mod examples;
mod own_units;
mod world;

pub(crate) use blocking::{before_each_new_row, open_patient, run_blocked};
pub(crate) use deliveries::{
    FixedJitter, POLICY, accepted, add_deliveries, all, attempts, claim_one, claim_some, deferred, delivery,
    fan_out_all, final_walk_due_at, load_pre_bookings, placement, record, refused, replied, try_settle, try_skip,
    world_with_deliveries,
};
pub(crate) use examples::{RULES, at, at_micros, copies, details, literal, new_session, new_user, page};
pub(crate) use world::{MAX_WAITING, World, added, open_store, restock_within};
