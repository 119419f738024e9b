use std::sync::Arc;

use crate::stop::LONGEST_STOP;
use crate::{Worker, clean_up, fan_out, send};

impl Worker {
    /// Works until it is told to stop. Then finishes the letters in hand and records their results, as far as there is time:
    /// it returns within [`LONGEST_STOP`], even if the store or the mail server is silent.
    pub async fn run(self) {
        let worker = Arc::new(self);
        let work = async { tokio::join!(fan_out::run(&worker), send::run(&worker), clean_up::run(&worker)) };
        if worker.give_up_after_stop(LONGEST_STOP, work).await.is_none() {
            tracing::warn!("stopped while the store was silent; what is claimed is free again when the claims expire");
        }
    }
}
