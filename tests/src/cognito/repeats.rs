//! Cognito invokes a trigger again if it did not respond in time. AWS does not document how often, and which of several
//! results Cognito uses. So all results have to be equivalent, and a test chooses one.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::time::timeout;

use super::CREATE;
use crate::lambda::{Invoked, Lambda};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    pub when: When,
    pub used: Used,
}

/// When the next of several invocations starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// When the previous one has ended.
    #[default]
    InTurn,
    /// Immediately.
    AtOnce,
    /// When the previous one has not ended in this time; zero means without waiting. The previous one continues, and
    /// the driver ignores its result. For the last one the driver waits as long as Cognito does.
    AfterTimeOut(Duration),
}

/// Which of the results that came in time Cognito uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Used {
    First,
    #[default]
    Last,
}

impl Repeats {
    /// Invokes a function up to `times` times with the same event. It returns when all invocations have ended,
    /// including those whose result is ignored: their effects are visible by then.
    pub(super) async fn invoke(
        self,
        times: usize,
        lambda: &Arc<Lambda>,
        function: &'static str,
        event: &Value,
    ) -> Result<Invoked> {
        let (mut in_time, mut running, mut too_late) = (Vec::new(), Vec::new(), Vec::new());
        for rest in (0..times).rev() {
            let (lambda, event) = (Arc::clone(lambda), event.clone());
            let mut invocation = tokio::spawn(async move { lambda.invoke(function, &event).await });
            match self.when {
                When::AtOnce => running.push(invocation),
                When::AfterTimeOut(limit) if rest > 0 => {
                    // The clock of `timeout` counts milliseconds, and some responses are faster.
                    if !limit.is_zero()
                        && let Ok(invoked) = timeout(limit, &mut invocation).await
                    {
                        in_time.push(invoked??);
                        break;
                    }
                    too_late.push(invocation);
                }
                When::InTurn | When::AfterTimeOut(_) => in_time.push(invocation.await??),
            }
        }
        for invocation in running {
            in_time.push(invocation.await??);
        }
        let mut all = in_time.clone();
        for invocation in too_late {
            all.push(invocation.await??);
        }
        ensure_equivalent(function, &all)?;
        let used = match self.used {
            Used::First => in_time.into_iter().next(),
            Used::Last => in_time.pop(),
        };
        used.context("no invocation")
    }
}

fn ensure_equivalent(function: &str, invoked: &[Invoked]) -> Result<()> {
    if invoked.len() < 2 {
        return Ok(());
    }
    let mut alike = invoked.to_vec();
    if function == CREATE {
        alike.iter_mut().try_for_each(take_random_values)?;
    }
    ensure!(alike.iter().all(|each| Some(each) == alike.first()), "{function} returned different results: {invoked:?}");
    Ok(())
}

/// Removes the random values of Create: the nonce, which is in both parameters, and the attempt id.
fn take_random_values(invoked: &mut Invoked) -> Result<()> {
    if let Invoked::Returned(event) = invoked {
        let mut take = |path: &str| event.pointer_mut(path).map(Value::take);
        let public = take("/response/publicChallengeParameters/nonce");
        let private = take("/response/privateChallengeParameters/nonce");
        let attempt = take("/response/privateChallengeParameters/attemptId");
        let is_complete = public.is_some() && public == private && attempt.is_some_and(|id| id.is_string());
        ensure!(is_complete, "an incomplete challenge: {public:?} and {private:?}");
    }
    Ok(())
}
