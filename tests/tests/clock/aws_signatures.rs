//! AWS rejects requests that were signed more than five minutes before or after their arrival.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, ensure};
use integration_tests::directory::{self, LIST_USERS, UPDATE, reply, target};
use integration_tests::proofs::{CLIENT_SECRET, CONSUMER_KEY, Mode, SECRET_ARN, now};
use integration_tests::world::{ALICE, Builder};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::{CLOCKS, SignedIn, Unavailable, WrongClock, unix_time};

const PUT_ITEM: &str = "DynamoDB_20120810.PutItem";
const GET_SECRET_VALUE: &str = "secretsmanager.GetSecretValue";

/// The allowed age of a signature, in seconds, before and after the arrival.
const TOLERANCE: i64 = 300;

/// The AWS services that Verify calls, with the right time.
struct Aws {
    server: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    users: Vec<Value>,
    /// The operations that AWS accepted.
    accepted: Vec<String>,
    rejected: Vec<String>,
}

struct Services(Arc<Mutex<State>>);

impl Respond for Services {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let date = request.headers.get("x-amz-date").and_then(|date| date.to_str().ok()).unwrap_or_default();
        let off_by = unix_time(date).map_or(i64::MAX, |signed| signed - now());
        let operation = target(request).to_owned();
        if off_by.abs() > TOLERANCE {
            state.rejected.push(operation);
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
        state.accepted.push(operation);
        reply(200, &body)
    }
}

impl Aws {
    async fn start() -> Self {
        let (server, state) = (MockServer::start().await, Arc::default());
        Mock::given(any()).respond_with(Services(Arc::clone(&state))).mount(&server).await;
        Self { server, state }
    }

    /// A world with Alice in the directory, in which Verify's clock is wrong by so many seconds. The secret comes from
    /// another server, which does not check the time.
    async fn wrong_clock(&self, by: i64, builder: Builder) -> Result<WrongClock> {
        let here = self.server.uri();
        let builder = builder.verify("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &here);
        let verify = WrongClock::start(by, builder.verify("AWS_ENDPOINT_URL_DYNAMODB", &here)).await?;
        self.state().users = vec![directory::user(ALICE, &verify.world.email, true, true)];
        Ok(verify)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Verify does not call `ListUsers`, so the other settings decide which AWS services it calls.
fn event() -> Builder {
    Builder::default().verify("DIRECTORY_MODE", "event")
}

#[tokio::test]
async fn aws_accepts_requests_with_a_signature_in_the_tolerance() -> Result<()> {
    for by in [0, TOLERANCE - 20, 20 - TOLERANCE] {
        let aws = Aws::start().await;
        aws.wrong_clock(by, Builder::default().one_time_use().link()).await?.valid_sign_in_is(SignedIn).await?;
        assert_eq!(aws.state().accepted, [LIST_USERS, UPDATE, PUT_ITEM]);
        assert_eq!(aws.state().rejected, [""; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn after_a_signature_that_the_directory_rejects_the_next_sign_in_has_the_right_time() -> Result<()> {
    for by in CLOCKS {
        for mode in [Mode::Unchecked, Mode::Introspection] {
            let aws = Aws::start().await;
            let verify = aws.wrong_clock(by, Builder::default().mode(mode)).await?;
            verify.valid_sign_in_is(Unavailable("directory-not-authorized")).await?;
            verify.valid_sign_in_is(SignedIn).await?;
            assert_eq!(aws.state().rejected, [LIST_USERS]);
            assert_eq!(aws.state().accepted, [LIST_USERS]);
        }
    }
    Ok(())
}

#[tokio::test]
async fn if_the_table_rejects_the_signature_there_is_no_sign_in_and_the_token_is_not_used() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        let verify = aws.wrong_clock(by, event().one_time_use()).await?;
        verify.valid_sign_in_is(Unavailable("token-store-not-authorized")).await?;
        ensure!(aws.state().accepted.is_empty());
        verify.valid_sign_in_is(SignedIn).await?;
        assert_eq!(aws.state().accepted, [PUT_ITEM]);
    }
    Ok(())
}

#[tokio::test]
async fn if_the_link_cannot_be_written_there_is_no_sign_in() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        let verify = aws.wrong_clock(by, event().link()).await?;
        verify.valid_sign_in_is(Unavailable("directory-not-authorized")).await?;
        ensure!(aws.state().accepted.is_empty());
        verify.valid_sign_in_is(SignedIn).await?;
        assert_eq!(aws.state().accepted, [UPDATE]);
    }
    Ok(())
}

#[tokio::test]
async fn without_a_request_to_aws_a_wrong_clock_has_no_effect() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        aws.wrong_clock(by, event()).await?.valid_sign_in_is(SignedIn).await?;
        ensure!(aws.state().accepted.is_empty() && aws.state().rejected.is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn a_request_for_the_secret_that_is_rejected_at_the_start_is_repeated_with_the_right_time() -> Result<()> {
    for by in CLOCKS {
        let aws = Aws::start().await;
        let builder = Builder::default().mode(Mode::Introspection);
        let verify =
            WrongClock::start(by, builder.verify("AWS_ENDPOINT_URL_SECRETS_MANAGER", &aws.server.uri())).await?;
        verify.valid_sign_in_is(SignedIn).await?;
        assert_eq!(aws.state().rejected, [GET_SECRET_VALUE]);
        assert_eq!(aws.state().accepted, [GET_SECRET_VALUE]);
    }
    Ok(())
}
