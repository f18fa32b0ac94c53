//! The release binary over TLS: what a token is sent to must prove its name.

use anyhow::Result;
use integration_tests::cognito::VERIFY;
use integration_tests::tls_front::{Authority, TlsFront};
use integration_tests::world::{Builder, World, unavailable};

const LOCAL: &str = "127.0.0.1";

/// A world in which Verify reaches both services over TLS, trusts `trusted` and meets certificates of `real`.
async fn world(trusted: &Authority, real: &Authority, host: &str) -> Result<(World, [TlsFront; 2])> {
    let (salesforce, directory) = (real.serve_as(host).await?, real.serve_as(LOCAL).await?);
    let world = Builder::default()
        .variable(VERIFY, "SALESFORCE_DOMAIN_URL", &salesforce.origin())
        .variable(VERIFY, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &directory.origin())
        .variable(VERIFY, "SSL_CERT_FILE", &trusted.file().to_string_lossy())
        .start()
        .await?;
    salesforce.forward_to(&world.salesforce.origin())?;
    directory.forward_to(&world.directory.origin())?;
    Ok((world, [salesforce, directory]))
}

#[tokio::test]
async fn a_sign_in_works_over_tls_with_certificates_of_a_trusted_authority() -> Result<()> {
    let authority = Authority::new()?;
    let (world, _fronts) = world(&authority, &authority, LOCAL).await?;
    assert!(world.sign_in(&world.token).await?.is_signed_in(), "{:?}", world.verdicts()?);
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_another_authority_gets_no_token() -> Result<()> {
    // Verify reads the certificate when it starts, some time after it was started.
    let (trusted, real) = (Authority::new()?, Authority::new()?);
    let (world, _fronts) = world(&trusted, &real, LOCAL).await?;
    assert_eq!(world.sign_in(&world.token).await?.exception(), Some(&unavailable()));
    let verdict = world.only_verdict()?;
    assert_eq!(verdict["reason"], "salesforce-connection");
    assert!(verdict["detail"].as_str().is_some_and(|detail| detail.contains("certificate")), "{verdict}");
    assert_eq!(world.salesforce.requests().await, 0);
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_another_host_gets_no_token() -> Result<()> {
    let authority = Authority::new()?;
    let (world, _fronts) = world(&authority, &authority, "acme.my.salesforce.com").await?;
    assert_eq!(world.sign_in(&world.token).await?.exception(), Some(&unavailable()));
    assert_eq!(world.only_verdict()?["reason"], "salesforce-connection");
    assert_eq!(world.salesforce.requests().await, 0);
    Ok(())
}
