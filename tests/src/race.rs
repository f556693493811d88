//! Races: as many as asked start at the same moment, and every result is kept.

use std::sync::Arc;

use tokio::sync::Barrier;

/// Runs `competitor(0..count)` each in a task of its own, released together; the results come in index order.
///
/// # Panics
/// When one of them does.
pub async fn race<Output, Run>(count: usize, competitor: impl Fn(usize) -> Run) -> Vec<Output>
where
    Output: Send + 'static,
    Run: Future<Output = Output> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count));
    let mut tasks = Vec::with_capacity(count);
    for index in 0..count {
        let (run, barrier) = (competitor(index), barrier.clone());
        tasks.push(tokio::spawn(async move {
            barrier.wait().await;
            run.await
        }));
    }
    let mut results = Vec::with_capacity(count);
    for task in tasks {
        results.push(task.await.expect("a competitor panicked"));
    }
    results
}

/// Two different things at the same moment: confirm against cancel, join against close.
///
/// # Panics
/// When one of them does.
pub async fn duel<One, Other>(one: One, other: Other) -> (One::Output, Other::Output)
where
    One: Future<Output: Send> + Send + 'static,
    Other: Future<Output: Send> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(2));
    let gate = barrier.clone();
    let one = tokio::spawn(async move {
        gate.wait().await;
        one.await
    });
    let other = tokio::spawn(async move {
        barrier.wait().await;
        other.await
    });
    (one.await.expect("the first of the duel panicked"), other.await.expect("the second of the duel panicked"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_starts_before_everybody_is_there() {
        let arrived = Arc::new(AtomicUsize::new(0));
        let results = race(20, |index| {
            let arrived = arrived.clone();
            async move {
                arrived.fetch_add(1, Ordering::SeqCst);
                index
            }
        })
        .await;
        assert_eq!(results, (0..20).collect::<Vec<_>>());
        assert_eq!(arrived.load(Ordering::SeqCst), 20);
        assert_eq!(duel(async { 1 }, async { "two" }).await, (1, "two"));
    }
}
