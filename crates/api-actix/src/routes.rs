//! Lists every endpoint, who may call it, and how often.

use domain::account::{
    ChangePasswordError, DeactivateError, EndSessionError, EraseError, LogInError, ReactivateError, RefreshError,
    RegisterError, ResetPasswordError, UnsubscribeError,
};
use domain::book::{AddBookError, ChangeBookError, DeleteBookError, FindBookError, SetStockError};
use domain::delivery::{FindDeliveryError, RetryError};
use domain::limit::Limit;
use domain::pre_booking::{CancelError, FindPreBookingError, ListOfBookError, PlaceError};

use crate::api_error::kinds;
use crate::endpoint::{Endpoint, admins, anyone, users};
use crate::{account, audit, book, delivery, health, pre_booking, unsubscribe};

/// Returns every endpoint, grouped by path. The paths are in the annotations of the handlers.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        anyone(account::__path_register, account::register).limited(Limit::Registrations).refuses::<RegisterError>(),
        anyone(account::__path_log_in, account::log_in).limited(Limit::LogIns).refuses::<LogInError>(),
        anyone(account::__path_refresh, account::refresh)
            .refuses::<RefreshError>()
            .and_refuses(kinds::AUTH_TOKEN_REUSE),
        anyone(account::__path_log_out, account::log_out),
        users(account::__path_log_out_everywhere, account::log_out_everywhere),
        users(account::__path_list_sessions, account::list_sessions),
        users(account::__path_end_session, account::end_session).refuses::<EndSessionError>(),
        users(account::__path_change_password, account::change_password).refuses::<ChangePasswordError>(),
        anyone(account::__path_forgot_password, account::forgot_password),
        anyone(account::__path_reset_password, account::reset_password)
            .refuses::<ResetPasswordError>()
            .and_refuses(kinds::AUTH_LINK_INVALID),
        users(account::__path_request_verification, account::request_verification),
        anyone(account::__path_verify_email, account::verify_email).and_refuses(kinds::AUTH_LINK_INVALID),
        users(account::__path_me, account::me),
        users(account::__path_change_preferences, account::change_preferences),
        users(account::__path_erase, account::erase).refuses::<EraseError>(),
        users(account::__path_export, account::export),
        anyone(unsubscribe::__path_confirm, unsubscribe::confirm),
        anyone(unsubscribe::__path_unsubscribe, unsubscribe::unsubscribe).refuses::<UnsubscribeError>(),
        anyone(book::__path_list, book::list),
        admins(book::__path_add, book::add).refuses::<AddBookError>(),
        anyone(book::__path_find, book::find).refuses::<FindBookError>(),
        admins(book::__path_change, book::change).refuses::<ChangeBookError>(),
        admins(book::__path_delete, book::delete).refuses::<DeleteBookError>(),
        admins(book::__path_set_stock, book::set_stock).refuses::<SetStockError>(),
        users(pre_booking::__path_list, pre_booking::list),
        users(pre_booking::__path_place, pre_booking::place).refuses::<PlaceError>(),
        users(pre_booking::__path_find, pre_booking::find).refuses::<FindPreBookingError>(),
        users(pre_booking::__path_cancel, pre_booking::cancel).refuses::<CancelError>(),
        admins(account::__path_list_users, account::list_users),
        admins(account::__path_deactivate, account::deactivate).refuses::<DeactivateError>(),
        admins(account::__path_reactivate, account::reactivate).refuses::<ReactivateError>(),
        admins(pre_booking::__path_list_of_book, pre_booking::list_of_book).refuses::<ListOfBookError>(),
        admins(delivery::__path_list_restocks, delivery::list_restocks),
        admins(delivery::__path_list, delivery::list),
        // Before `/admin/deliveries/{id}`, which matches this path too.
        admins(delivery::__path_retry_all, delivery::retry_all),
        admins(delivery::__path_find, delivery::find).refuses::<FindDeliveryError>(),
        admins(delivery::__path_retry, delivery::retry).refuses::<RetryError>(),
        admins(audit::__path_list, audit::list),
        anyone(health::__path_live, health::live),
        anyone(health::__path_ready, health::ready).and_refuses(kinds::SHUTTING_DOWN),
    ]
}
