//! The cache against a server that counts requests.

use super::*;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The modulus of RFC 7517, appendix A.1. Only its form matters here.
const MODULUS: &str = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

fn rsa(kid: &str) -> Value {
    json!({"kty": "RSA", "kid": kid, "n": MODULUS, "e": "AQAB", "alg": "RS256", "use": "sig"})
}

async fn serving(server: &MockServer, keys: &[Value], times: u64) {
    let body = json!({"keys": keys}).to_string();
    let response = ResponseTemplate::new(200).set_body_raw(body, "application/json");
    Mock::given(method("GET"))
        .and(path("/id/keys"))
        .respond_with(response)
        .up_to_n_times(times)
        .expect(times)
        .mount(server)
        .await;
}

async fn found(cache: &KeyCache, https: &HttpsClient, kid: &str) -> bool {
    cache.find(https, kid).await.unwrap().is_some()
}

fn cache(server: &MockServer) -> (KeyCache, HttpsClient) {
    (KeyCache::new(&server.uri()), crate::client::tests::https_for_tests())
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_sign_ins() {
    let server = MockServer::start().await;
    serving(&server, &[rsa("a"), rsa("b")], 1).await;
    let (cache, http) = cache(&server);
    for kid in ["a", "b", "a"] {
        assert!(found(&cache, &http, kid).await, "{kid}");
    }
}

#[tokio::test]
async fn a_new_key_is_found_immediately() {
    let server = MockServer::start().await;
    serving(&server, &[rsa("a")], 1).await;
    serving(&server, &[rsa("a"), rsa("b")], 1).await;
    let (cache, http) = cache(&server);
    assert!(found(&cache, &http, "a").await);
    assert!(found(&cache, &http, "b").await);
}

async fn code_for(cache: &KeyCache, https: &HttpsClient, kid: &str) -> Option<String> {
    cache.find(https, kid).await.err().map(|error| error.to_string())
}

#[tokio::test]
async fn an_unknown_kid_gets_no_verdict_during_the_refresh_cooldown() {
    let server = MockServer::start().await;
    serving(&server, &[rsa("a")], 2).await;
    serving(&server, &[rsa("b")], 1).await;
    let (cache, http) = cache(&server);
    assert!(found(&cache, &http, "a").await);
    assert!(!found(&cache, &http, "invented").await, "the first unknown kid causes a refresh");
    for kid in ["b", "c", "b"] {
        assert_eq!(code_for(&cache, &http, kid).await.as_deref(), Some("salesforce-keys-cooldown"), "{kid}");
        assert!(found(&cache, &http, "a").await);
    }
    age(&cache, REFRESH_COOLDOWN).await;
    assert!(found(&cache, &http, "b").await);
    let removed = code_for(&cache, &http, "a").await;
    assert_eq!(removed.as_deref(), Some("salesforce-keys-cooldown"), "a removed key is unknown");
}

#[tokio::test]
async fn a_minute_of_invented_kids_causes_six_refreshes() {
    let server = MockServer::start().await;
    serving(&server, &[rsa("a")], 7).await;
    let (cache, http) = cache(&server);
    assert!(found(&cache, &http, "a").await);
    for second in 0..60 {
        let _ = cache.find(&http, &format!("invented {second}")).await;
        age(&cache, Duration::from_secs(1)).await;
    }
    // One of the seven requests fetched the first key.
    assert_eq!(server.received_requests().await.unwrap().len(), 7);
}

#[tokio::test]
async fn a_failed_refresh_is_unavailable_and_not_repeated_within_the_cooldown() {
    let server = MockServer::start().await;
    serving(&server, &[rsa("a")], 1).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).expect(1).mount(&server).await;
    serving(&server, &[rsa("a"), rsa("b")], 1).await;
    let (cache, http) = cache(&server);
    assert!(found(&cache, &http, "a").await);
    for kid in ["b", "c"] {
        assert_eq!(code_for(&cache, &http, kid).await.as_deref(), Some("salesforce-keys-failed"), "{kid}");
        assert!(found(&cache, &http, "a").await);
    }
    age(&cache, REFRESH_COOLDOWN).await;
    assert!(found(&cache, &http, "b").await);
}

#[tokio::test]
async fn prefetched_keys_are_not_fetched_again() {
    let server = MockServer::start().await;
    serving(&server, &[rsa("a")], 1).await;
    let (cache, http) = cache(&server);
    cache.prefetch(&http).await;
    assert!(found(&cache, &http, "a").await);
}

#[tokio::test]
async fn after_a_failed_prefetch_the_keys_are_fetched_on_demand() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).up_to_n_times(1).expect(1).mount(&server).await;
    serving(&server, &[rsa("a")], 1).await;
    let (cache, http) = cache(&server);
    cache.prefetch(&http).await;
    assert!(found(&cache, &http, "a").await);
}

#[tokio::test]
async fn a_known_key_is_used_for_an_hour() {
    let server = MockServer::start().await;
    serving(&server, &[rsa("a")], 1).await;
    serving(&server, &[], 1).await;
    let (cache, http) = cache(&server);
    assert!(found(&cache, &http, "a").await);
    age(&cache, MAX_AGE.checked_sub(Duration::from_secs(1)).unwrap()).await;
    assert!(found(&cache, &http, "a").await);
    age(&cache, Duration::from_secs(1)).await;
    assert!(!found(&cache, &http, "a").await);
}

/// Makes the cached keys and the last refresh older.
async fn age(cache: &KeyCache, by: Duration) {
    let state = &mut *cache.state.lock().await;
    let times = [state.set.as_mut().map(|set| &mut set.fetched), state.refresh.as_mut().map(|refresh| &mut refresh.at)];
    for time in times.into_iter().flatten() {
        *time = time.checked_sub(by).unwrap();
    }
}

#[tokio::test]
async fn only_unique_rsa_keys_for_rs256_are_found() {
    let server = MockServer::start().await;
    let other = |kid: &str, member: &str, value: &str| {
        let mut key = rsa(kid);
        key[member] = json!(value);
        key
    };
    let keys = [
        other("encrypts", "use", "enc"),
        other("rs512", "alg", "RS512"),
        json!({"kty": "oct", "kid": "secret", "k": "AQAB"}),
        json!({"kty": "EC", "kid": "curve", "crv": "P-256", "x": "AQAB", "y": "AQAB"}),
        json!({"kty": "RSA", "kid": "no modulus", "e": "AQAB"}),
        json!({"kty": "new"}),
        json!(1),
        rsa("twice"),
        rsa("twice"),
        rsa("good"),
    ];
    let others = ["encrypts", "rs512", "secret", "curve", "no modulus", "twice", "", "GOOD"];
    serving(&server, &keys, 1 + others.len() as u64).await;
    let (cache, http) = cache(&server);
    assert!(found(&cache, &http, "good").await);
    for kid in others {
        assert!(!found(&cache, &http, kid).await, "{kid}");
        age(&cache, REFRESH_COOLDOWN).await;
    }
}

#[tokio::test]
async fn a_jwks_that_cannot_be_fetched_is_unavailable() {
    for (response, code) in [
        (ResponseTemplate::new(500), "salesforce-keys-failed"),
        (ResponseTemplate::new(302), "salesforce-keys-redirected"),
        (ResponseTemplate::new(200).set_body_raw("{}", "application/json"), "salesforce-keys-unreadable"),
        (ResponseTemplate::new(200).set_body_raw("[]", "application/json"), "salesforce-keys-unreadable"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("GET")).respond_with(response).mount(&server).await;
        let (cache, http) = cache(&server);
        assert_eq!(cache.find(&http, "a").await.err().map(|error| error.to_string()).as_deref(), Some(code));
    }
}
