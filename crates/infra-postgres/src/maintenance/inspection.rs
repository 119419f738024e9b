use sea_orm::{ConnectionTrait, DbErr, Statement, TransactionTrait};

use super::Maintenance;
use super::invariants::{INVARIANTS, Invariant};

/// How many violations of a rule to name.
const NAMED: usize = 10;

/// The result of checking one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What must be true of the store.
    pub rule: &'static str,
    /// How many rows, books or other things violate it.
    pub violations: u64,
    /// The first of them, each in words.
    pub examples: Vec<String>,
    /// Whether there is one right answer, which [`Maintenance::repair`] writes.
    pub is_repairable: bool,
}

impl Maintenance {
    /// Checks every rule that the rows of the store must follow. Writes nothing.
    ///
    /// The rules are checked one after the other, so what changes meanwhile may be seen by one and not by another.
    pub async fn inspect(&self) -> Result<Vec<Finding>, DbErr> {
        let mut findings = Vec::new();
        for invariant in self.invariants() {
            findings.push(check(&self.0, invariant).await?);
        }
        Ok(findings)
    }

    /// Repairs every rule that is violated and has one right answer, and returns what was violated before and is mended now. Each
    /// repair is a transaction. It is rolled back if the rule is still violated after it.
    pub async fn repair(&self) -> Result<Vec<Finding>, DbErr> {
        let mut repaired = Vec::new();
        for invariant in self.invariants().filter(|invariant| !invariant.repair.is_empty()) {
            let transaction = self.0.begin().await?;
            let found = check(&transaction, invariant).await?;
            if found.violations == 0 {
                continue;
            }
            for statement in invariant.repair {
                transaction.execute_unprepared(statement).await?;
            }
            if check(&transaction, invariant).await?.violations == 0 {
                transaction.commit().await?;
                repaired.push(found);
            }
        }
        Ok(repaired)
    }

    fn invariants(&self) -> impl Iterator<Item = &'static Invariant> {
        let backend = self.0.get_database_backend();
        INVARIANTS.iter().filter(move |invariant| invariant.only_on.is_none_or(|only| only == backend))
    }
}

async fn check(db: &impl ConnectionTrait, invariant: &Invariant) -> Result<Finding, DbErr> {
    let query = Statement::from_string(db.get_database_backend(), invariant.violations);
    let rows = db.query_all_raw(query).await?;
    let examples = rows.iter().take(NAMED).map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    Ok(Finding {
        rule: invariant.rule,
        violations: rows.len() as u64,
        examples,
        is_repairable: !invariant.repair.is_empty(),
    })
}
