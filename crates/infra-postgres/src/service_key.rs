use domain::RepositoryError;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::Store;
use crate::entity::service_key::{ActiveModel, Column, Entity};
use crate::error::repository_error;

impl Store {
    /// Returns the key of this name that all processes of the service share. If there is none yet, it becomes `new`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn service_key(&self, name: &str, new: &str) -> Result<String, RepositoryError> {
        let row = ActiveModel { name: Set(name.to_owned()), value: Set(new.to_owned()) };
        let insert = Entity::insert(row).on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned());
        insert.try_insert().exec_without_returning(&self.connection).await.map_err(repository_error)?;
        let key = Entity::find_by_id(name).one(&self.connection).await.map_err(repository_error)?;
        key.map(|key| key.value).ok_or_else(|| RepositoryError::Failed(anyhow::anyhow!("the key {name} is missing")))
    }
}
