//! The gate that every read call waits at: the runtime's budget behind one method.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// Hands out leave to make one call. The runtime implements it (budget, first fill, back-off).
pub trait Turnstile: Send + Sync + std::fmt::Debug {
    /// Resolves when one more call may leave.
    fn pass(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// A shared turnstile; `Gate::open()` lets everything through (dialogs, verification, undo, logs).
#[derive(Clone, Debug, Default)]
pub struct Gate(Option<Arc<dyn Turnstile>>);

impl Gate {
    /// No waiting.
    pub fn open() -> Self {
        Self(None)
    }

    /// Waits at `turnstile` before each call.
    pub fn guarded(turnstile: Arc<dyn Turnstile>) -> Self {
        Self(Some(turnstile))
    }

    /// Resolves when one more call may leave.
    pub async fn pass(&self) {
        if let Some(turnstile) = &self.0 {
            turnstile.pass().await;
        }
    }
}
