//! Side facts of a look: worth a moment, not worth keeping a dialog from its operator.

use futures_util::future::{Either, select};
use std::pin::pin;
use std::time::Duration;

/// So long after the main fact a side fact may still come; the SDK's own retries take three times that.
const LATE: Duration = Duration::from_millis(1_500);

/// Reads both side by side; `None` for a side fact that is not there soon after the main one.
pub(super) async fn beside<M, S>(
    main: impl Future<Output = M>,
    side: impl Future<Output = S>,
) -> (M, Option<S>) {
    within(LATE, main, side).await
}

async fn within<M, S>(
    late: Duration,
    main: impl Future<Output = M>,
    side: impl Future<Output = S>,
) -> (M, Option<S>) {
    match select(pin!(main), pin!(side)).await {
        Either::Left((main, side)) => (main, tokio::time::timeout(late, side).await.ok()),
        Either::Right((side, main)) => (main.await, Some(side)),
    }
}

/// A side fact that can be asked for only after the main one.
pub(super) async fn soon<S>(side: impl Future<Output = S>) -> Option<S> {
    tokio::time::timeout(LATE, side).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn the_main_fact_does_not_wait_for_a_side_fact_that_never_comes() {
        assert_eq!(
            within(Duration::ZERO, ready(1), pending::<u8>()).await,
            (1, None)
        );
    }

    #[tokio::test]
    async fn a_side_fact_that_is_a_little_late_is_told_and_one_that_is_early_waits() {
        let late = async {
            tokio::task::yield_now().await;
            2
        };
        assert_eq!(beside(ready(1), late).await, (1, Some(2)));
        let late = async {
            tokio::task::yield_now().await;
            1
        };
        assert_eq!(beside(late, ready(2)).await, (1, Some(2)));
    }
}
