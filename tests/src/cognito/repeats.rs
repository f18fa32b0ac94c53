//! Cognito invokes a trigger again when it had no answer in time. How often, and which of several results it goes on
//! with, is not documented: so all of them have to be worth the same, and a test chooses.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::time::timeout;

use super::CREATE;
use crate::lambda::{Invoked, Lambda};

/// How an invocation is repeated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// When the next invocation starts.
    pub when: When,
    /// Which result is used.
    pub used: Used,
}

/// When the next of several invocations starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// When the one before has ended.
    #[default]
    InTurn,
    /// At once.
    AtOnce,
    /// When the one before has not ended in this time, or without waiting if that is zero. It goes on, and nobody waits
    /// for it; the last one is waited for as long as Cognito waits.
    AfterTimeOut(Duration),
}

/// Which of the results that came in time is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Used {
    /// That of the first invocation.
    First,
    /// That of the last invocation.
    #[default]
    Last,
}

impl Repeats {
    /// Invokes a function up to `times` times with the same event. It returns when all invocations have ended, also
    /// those that nobody waited for: what they do is done by then.
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
                    // The clock of `timeout` moves by milliseconds, and some answers take less.
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
        ensure_alike(function, &all)?;
        let used = match self.used {
            Used::First => in_time.into_iter().next(),
            Used::Last => in_time.pop(),
        };
        used.context("no invocation")
    }
}

fn ensure_alike(function: &str, invoked: &[Invoked]) -> Result<()> {
    if invoked.len() < 2 {
        return Ok(());
    }
    let mut alike = invoked.to_vec();
    if function == CREATE {
        alike.iter_mut().try_for_each(take_random_values)?;
    }
    ensure!(
        alike.iter().all(|each| Some(each) == alike.first()),
        "{function} made different things of it: {invoked:?}"
    );
    Ok(())
}

/// Takes out what every call of Create makes anew: the nonce, the same on both sides, and the attempt id.
fn take_random_values(invoked: &mut Invoked) -> Result<()> {
    if let Invoked::Returned(event) = invoked {
        let mut take = |path: &str| event.pointer_mut(path).map(Value::take);
        let public = take("/response/publicChallengeParameters/nonce");
        let private = take("/response/privateChallengeParameters/nonce");
        let attempt = take("/response/privateChallengeParameters/attemptId");
        let is_whole = public.is_some() && public == private && attempt.is_some_and(|id| id.is_string());
        ensure!(is_whole, "half a challenge: {public:?} and {private:?}");
    }
    Ok(())
}
