//! Several servers start at the same time, as when a new version is rolled out.

use test_support::{Engine, Suite, TestDatabase, rounds, tests};

use crate::support::{Bystander, TestApp};

pub(crate) fn suite() -> Suite {
    tests![three_servers_can_start_at_once_on_an_empty_database].on_an_empty_database()
}

async fn three_servers_can_start_at_once_on_an_empty_database(database: TestDatabase) {
    for _ in 0..rounds(4) {
        let start = || TestApp::try_start(&database, &[]);
        let (one, two, three) = tokio::join!(start(), start(), start());
        let apps = [one.unwrap(), two.unwrap(), three.unwrap()];
        let ada = apps[0].register("ada@example.com").await;
        let book = apps[1].add_book(0).await;
        let placed = ada.at(&apps[2].url).place(&book).await;
        for app in &apps {
            assert_eq!(ada.at(&app.url).list().await, std::slice::from_ref(&placed));
            let admins = app.admin().await.get("/admin/users?role=admin").await.body_of(200);
            assert_eq!(admins["total_count"], 1);
            app.anyone.get("/health/ready").await.body_of(200);
        }
        drop(apps);
        empty(&database).await;
    }
}

async fn empty(database: &TestDatabase) {
    match (database.engine(), database.directory()) {
        (Engine::Postgres, _) => {
            let store = Bystander::connect(database.url()).await;
            store.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
            store.close().await;
        }
        (Engine::Sqlite, directory) => {
            for file in directory.unwrap().read_dir().unwrap() {
                std::fs::remove_file(file.unwrap().path()).unwrap();
            }
        }
    }
}
