use super::{PreferenceChange, User, UserId};
use crate::{RepositoryError, UnitOfWorkFactory};

/// Changes what a user wants to be told. Returns `None` if there is no such account.
pub async fn change_preferences(
    units: &dyn UnitOfWorkFactory,
    id: UserId,
    change: PreferenceChange,
) -> Result<Option<User>, RepositoryError> {
    let unit = units.begin().await?;
    let Some(user) = unit.users().find_for_session_change(id).await? else { return Ok(None) };
    let user = user.prefer(change);
    unit.users().save(&user).await?;
    unit.commit().await?;
    Ok(Some(user))
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::account::{MockUserRepository, Role};
    use crate::testing::{FakeUnitOfWork, a_user};

    #[pollster::test]
    async fn saves_the_change() {
        let quiet = User { email_notifications: false, ..a_user(Role::User) };
        let mut users = MockUserRepository::new();
        users.expect_find_for_session_change().with(eq(quiet.id)).returning(|_| Ok(Some(a_user(Role::User))));
        users.expect_save().with(eq(quiet.clone())).times(1).returning(|_| Ok(()));
        let units = FakeUnitOfWork { users, ..FakeUnitOfWork::default() }.into_factory();
        let off = PreferenceChange { email_notifications: Some(false), locale: None };
        assert_eq!(change_preferences(&units, quiet.id, off).await.unwrap(), Some(quiet));
        assert!(units.committed());
    }
}
