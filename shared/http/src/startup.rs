//! Tasks that prepare a process for its first invocation. During the initialisation Lambda gives a full CPU even to a
//! function with little memory. Cognito waits for the initialisation, too.

use std::pin::Pin;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use settings::time_budget::STARTUP_WAIT;
use tokio::time::timeout;

/// Tasks that run during the initialisation. Tasks that take longer continue during the invocations.
#[derive(Default)]
pub struct Startup<'a>(FuturesUnordered<Pin<Box<dyn Future<Output = ()> + 'a>>>);

impl<'a> Startup<'a> {
    /// Adds a task. An invocation must work without its result: the task may fail, and it may still run at the first
    /// invocation.
    pub fn add(&mut self, task: impl Future<Output = ()> + 'a) {
        self.0.push(Box::pin(task));
    }

    /// Runs the tasks, then `invocations`. It waits at most a quarter of a second for the tasks; slower ones continue
    /// next to the invocations.
    pub async fn then<T>(self, invocations: impl Future<Output = T>) -> T {
        let Self(mut tasks) = self;
        let _ = timeout(STARTUP_WAIT, async { while tasks.next().await.is_some() {} }).await;
        tokio::pin!(invocations);
        loop {
            tokio::select! {
                result = &mut invocations => return result,
                Some(()) = tasks.next() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn the_invocations_wait_for_the_tasks() {
        let (start, mut startup) = (Instant::now(), Startup::default());
        for millis in [30, 200] {
            startup.add(sleep(Duration::from_millis(millis)));
        }
        assert_eq!(startup.then(async { start.elapsed() }).await, Duration::from_millis(200));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_task_delays_the_invocations_briefly_and_continues() {
        let (start, ended) = (Instant::now(), Cell::new(None));
        let mut startup = Startup::default();
        startup.add(async {
            sleep(Duration::from_secs(2)).await;
            ended.set(Some(start.elapsed()));
        });
        let invocations = async {
            let began = start.elapsed();
            sleep(Duration::from_secs(3)).await;
            began
        };
        assert_eq!(startup.then(invocations).await, STARTUP_WAIT);
        assert_eq!(ended.get(), Some(Duration::from_secs(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_never_ends_does_not_keep_the_process_alive() {
        let mut startup = Startup::default();
        startup.add(std::future::pending());
        startup.then(sleep(Duration::from_secs(1))).await;
    }
}
