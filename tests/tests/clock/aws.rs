//! AWS refuses requests that were signed more than five minutes before or after their arrival.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};
use integration_tests::directory::{self, LIST_USERS, UPDATE, reply, target};
use integration_tests::proofs::{CLIENT_SECRET, CONSUMER_KEY, Mode, SECRET_ARN, now};
use integration_tests::world::{ALICE, Builder};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::{CLOCKS, Off, SignedIn, Unavailable, unix_time};

const PUT_ITEM: &str = "DynamoDB_20120810.PutItem";
const GET_SECRET_VALUE: &str = "secretsmanager.GetSecretValue";

/// How far off a signature may be, in seconds.
const TOLERANCE: i64 = 300;

/// The services of AWS, as far as Verify uses them, with a clock that is right.
struct Aws {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    users: Vec<Value>,
    /// The operations that were carried out.
    done: Vec<String>,
    refused: Vec<String>,
}

struct Services(Arc<Mutex<State>>);

impl Respond for Services {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let date = request.headers.get("x-amz-date").and_then(|date| date.to_str().ok()).unwrap_or_default();
        let off_by = unix_time(date).map_or(i64::MAX, |signed| signed - now());
        let operation = target(request).to_owned();
        if off_by.abs() > TOLERANCE {
            state.refused.push(operation);
            let message = if off_by < 0 { "Signature expired: " } else { "Signature not yet current: " };
            return reply(400, &json!({"__type": "InvalidSignatureException", "message": message}));
        }
        let body = match operation.as_str() {
            LIST_USERS => json!({"Users": state.users}),
            GET_SECRET_VALUE => {
                let secret = json!({"client_id": CONSUMER_KEY, "client_secret": CLIENT_SECRET});
                json!({"ARN": SECRET_ARN, "Name": "salesforce-app", "SecretString": secret.to_string()})
            }
            _ => json!({}),
        };
        state.done.push(operation);
        reply(200, &body)
    }
}

impl Aws {
    async fn start() -> Self {
        let (server, state) = (MockServer::start().await, Arc::default());
        Mock::given(any()).respond_with(Services(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// A world with Alice in the directory, in which Verify's clock is off by so much. The secret comes from a server
    /// that does not mind.
    async fn off(&self, by: i64, builder: Builder) -> Result<Off> {
        let here = self.server.uri();
        let builder = builder.verify("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &here);
        let off = Off::start(by, builder.verify("AWS_ENDPOINT_URL_DYNAMODB", &here)).await?;
        self.state().users = vec![directory::user(ALICE, &off.world.email, true, true)];
        Ok(off)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pool is not asked; what else is switched on has to do with AWS.
fn event() -> Builder {
    Builder::default().verify("DIRECTORY_MODE", "event")
}

#[tokio::test]
async fn what_is_signed_on_time_is_carried_out() -> Result<()> {
    for by in [0, TOLERANCE - 20, 20 - TOLERANCE] {
        let aws = Aws::start().await;
        aws.off(by, Builder::default().one_time_use().link()).await?.honestly_comes_to(SignedIn).await?;
        assert_eq!(aws.state().done, [LIST_USERS, UPDATE, PUT_ITEM]);
        assert_eq!(aws.state().refused, [""; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_directory_that_refuses_the_signature_is_no_answer_and_the_next_sign_in_is_signed_on_time() -> Result<()> {
    for by in CLOCKS {
        for mode in [Mode::Unchecked, Mode::Introspection] {
            let aws = Aws::start().await;
            let off = aws.off(by, Builder::default().mode(mode)).await?;
            off.honestly_comes_to(Unavailable("directory-not-authorized")).await?;
            off.honestly_comes_to(SignedIn).await?;
            assert_eq!(aws.state().refused, [LIST_USERS]);
            assert_eq!(aws.state().done, [LIST_USERS]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_table_that_refuses_the_signature_uses_no_token_and_lets_nobody_in() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        let off = aws.off(by, event().one_time_use()).await?;
        off.honestly_comes_to(Unavailable("token-store-not-authorized")).await?;
        ensure!(aws.state().done.is_empty());
        off.honestly_comes_to(SignedIn).await?;
        assert_eq!(aws.state().done, [PUT_ITEM]);
    }
    Ok(())
}

#[tokio::test]
async fn a_link_that_cannot_be_written_lets_nobody_in() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        let off = aws.off(by, event().link()).await?;
        off.honestly_comes_to(Unavailable("directory-not-authorized")).await?;
        ensure!(aws.state().done.is_empty());
        off.honestly_comes_to(SignedIn).await?;
        assert_eq!(aws.state().done, [UPDATE]);
    }
    Ok(())
}

#[tokio::test]
async fn without_any_request_to_aws_a_wrong_clock_goes_unnoticed() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        aws.off(by, event()).await?.honestly_comes_to(SignedIn).await?;
        ensure!(aws.state().done.is_empty() && aws.state().refused.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn a_secret_that_is_refused_while_verify_starts_is_asked_for_on_time_by_the_first_sign_in() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        let builder = Builder::default().mode(Mode::Introspection);
        let off = Off::start(by, builder.verify("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws.server.uri())).await?;
        off.honestly_comes_to(SignedIn).await?;
        assert_eq!(aws.state().refused, [GET_SECRET_VALUE]);
        assert_eq!(aws.state().done, [GET_SECRET_VALUE]);
    }
    Ok(())
}
