//! Which tests there are, and where each of them runs.

use std::fmt::{self, Debug};
use std::pin::Pin;
use std::sync::Arc;

use libtest_mimic::Failed;

use crate::{Engine, TestDatabase};

/// Lists `async fn`s as a [`Suite`]. Each test is called after its module and its function, like
/// `sqlite::pre_booking::lists_what_is_waiting`.
///
/// A test function that no suite lists is dead code, and the compiler says so.
#[macro_export]
macro_rules! tests {
    ($($function:ident),* $(,)?) => {
        $crate::Suite::default()$(.with(::core::module_path!(), ::core::stringify!($function), $function))*
    };
}

/// Some tests, which run on both engines and on a migrated database unless said otherwise.
#[derive(Debug, Default)]
pub struct Suite {
    pub(crate) tests: Vec<Test>,
}

/// Programs that tests start, and that may not be installed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needed {
    /// The server programs of PostgreSQL.
    Server,
    PgBouncer,
    /// Prometheus and promtool.
    Prometheus,
}

#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) engines: Vec<Engine>,
    pub(crate) migrated: bool,
    pub(crate) needs: Vec<Needed>,
    pub(crate) body: Body,
}

impl Suite {
    /// Adds one test; [`tests!`] calls this.
    #[doc(hidden)]
    #[must_use]
    pub fn with<Arguments>(mut self, module: &str, function: &str, body: impl TestFunction<Arguments>) -> Self {
        // The crate says nothing: it is the test binary.
        let name = match module.split_once("::") {
            Some((_, module)) => format!("{module}::{function}"),
            None => function.to_owned(),
        };
        let (engines, body) = (Engine::ALL.to_vec(), body.into_body());
        self.tests.push(Test { name, engines, migrated: true, needs: Vec::new(), body });
        self
    }

    /// Adds the tests of another suite, which run where that one said.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.tests.extend(other.tests);
        self
    }

    /// Lets these tests run on one engine only.
    #[must_use]
    pub fn only_on(mut self, engine: Engine) -> Self {
        for test in &mut self.tests {
            test.engines = vec![engine];
        }
        self
    }

    /// Gives these tests a PostgreSQL database without any table; on SQLite there is not even a file, as always.
    #[must_use]
    pub fn on_an_empty_database(mut self) -> Self {
        for test in &mut self.tests {
            test.migrated = false;
        }
        self
    }

    /// Says that these tests start an [`OwnServer`](crate::OwnServer). Where the programs for that are not installed, they are
    /// reported as ignored, by name; with `REQUIRE_POSTGRES=1` they fail.
    #[must_use]
    pub fn with_servers_of_their_own(mut self) -> Self {
        for test in &mut self.tests {
            test.needs.push(Needed::Server);
        }
        self
    }

    /// Says that these tests start a [`PgBouncer`](crate::PgBouncer) as well, which may be missing in the same way.
    #[must_use]
    pub fn with_pgbouncer(mut self) -> Self {
        for test in &mut self.tests {
            test.needs.push(Needed::PgBouncer);
        }
        self
    }

    /// Says that these tests start the programs of Prometheus, which may be missing in the same way.
    #[must_use]
    pub fn with_prometheus(mut self) -> Self {
        for test in &mut self.tests {
            test.needs.push(Needed::Prometheus);
        }
        self
    }
}

/// The tests of several suites, each of which run where their own said.
impl FromIterator<Suite> for Suite {
    fn from_iter<Suites: IntoIterator<Item = Self>>(suites: Suites) -> Self {
        suites.into_iter().fold(Self::default(), Self::and)
    }
}

impl Test {
    pub(crate) fn runs_on(&self, engine: Engine) -> bool {
        matches!(self.body, Body::OnADatabase(_)) && self.engines.contains(&engine)
    }

    pub(crate) fn name_on(&self, engine: Engine) -> String {
        format!("{}::{}", engine.name(), self.name)
    }
}

pub(crate) type RunningTest = Pin<Box<dyn Future<Output = Result<(), Failed>>>>;
pub(crate) type DatabaseTest = dyn Fn(TestDatabase) -> RunningTest + Send + Sync;

/// A test function of either kind, with its type forgotten.
#[doc(hidden)]
#[derive(Clone)]
pub enum Body {
    OnADatabase(Arc<DatabaseTest>),
    Alone(Arc<dyn Fn() -> RunningTest + Send + Sync>),
}

impl Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OnADatabase(_) => "OnADatabase",
            Self::Alone(_) => "Alone",
        })
    }
}

/// An `async fn` of no argument, or of one [`TestDatabase`]. What it returns is a [`TestOutcome`]; its future need not be
/// `Send`.
pub trait TestFunction<Arguments> {
    #[doc(hidden)]
    fn into_body(self) -> Body;
}

impl<Function, Running> TestFunction<(TestDatabase,)> for Function
where
    Function: Fn(TestDatabase) -> Running + Copy + Send + Sync + 'static,
    Running: Future<Output: TestOutcome>,
{
    fn into_body(self) -> Body {
        Body::OnADatabase(Arc::new(move |database| Box::pin(async move { self(database).await.into_result() })))
    }
}

impl<Function, Running> TestFunction<()> for Function
where
    Function: Fn() -> Running + Copy + Send + Sync + 'static,
    Running: Future<Output: TestOutcome>,
{
    fn into_body(self) -> Body {
        Body::Alone(Arc::new(move || Box::pin(async move { self().await.into_result() })))
    }
}

/// What a test may return: nothing, when it fails by panicking, or a `Result`, so that it can use `?`.
pub trait TestOutcome {
    #[doc(hidden)]
    fn into_result(self) -> Result<(), Failed>;
}

impl TestOutcome for () {
    fn into_result(self) -> Result<(), Failed> {
        Ok(())
    }
}

impl<Error: Debug> TestOutcome for Result<(), Error> {
    fn into_result(self) -> Result<(), Failed> {
        self.map_err(|error| format!("test returned an error: {error:?}").into())
    }
}
