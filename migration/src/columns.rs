//! The kinds of columns.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// An identifier, which the store generates and never reuses.
pub(crate) fn id() -> ColumnDef {
    ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key().take()
}

/// A required time. The default is now.
pub(crate) fn moment(name: &'static str, backend: DbBackend) -> ColumnDef {
    let now = if backend == DbBackend::Sqlite {
        // The format of the driver, which omits a fraction of zero. `CURRENT_TIMESTAMP` has another format.
        "(replace(strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'), '.000+', '+'))"
    } else {
        "now()"
    };
    optional_moment(name, backend).not_null().default(Expr::cust(now)).take()
}

/// An optional time. SQLite stores it as text, which sorts correctly only in the format of the driver:
/// `2026-11-20T12:00:00+00:00`, with three or six decimals unless they are zero.
pub(crate) fn optional_moment(name: &'static str, backend: DbBackend) -> ColumnDef {
    let mut column = ColumnDef::new(name).timestamp_with_time_zone().take();
    if backend == DbBackend::Sqlite {
        let is = |format: &str| format!("{name} GLOB '{}'", format.replace('d', "[0-9]"));
        let seconds = is("dddd-dd-ddTdd:dd:dd+00:00");
        let (millis, micros) = (is("dddd-dd-ddTdd:dd:dd.ddd+00:00"), is("dddd-dd-ddTdd:dd:dd.dddddd+00:00"));
        let trailing_zeros = is("*000+00:00");
        column.check(Expr::cust(format!("({seconds} OR {millis} OR {micros}) AND NOT {trailing_zeros}")));
    }
    column
}

/// A text that people sort by. PostgreSQL sorts it alphabetically, whatever the locale of the server is.
pub(crate) fn sortable_text(name: &'static str, backend: DbBackend) -> ColumnDef {
    let collation = if backend == DbBackend::Sqlite { "COLLATE NOCASE" } else { "COLLATE \"und-x-icu\"" };
    ColumnDef::new(name).text().not_null().extra(collation).take()
}

/// A text with one of a few values.
pub(crate) fn enumeration(name: &'static str, values: &[&'static str], default: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().default(default).check(Expr::col(name).is_in(values.iter().copied())).take()
}

/// A foreign key. The row that it refers to can't be deleted.
pub(crate) fn reference(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    let name = format!("fk_{table}_{column}");
    ForeignKey::create().name(name).from(table, column).to(to, "id").to_owned()
}
