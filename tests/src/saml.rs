//! SAML sign-ins on local AWS: a provider, an app client for managed login, and the requests of a browser.

#![expect(clippy::indexing_slicing, reason = "a JSON value without the member reads as null")]

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use serde_json::Value;

use crate::local_aws::LocalAws;

/// The name of the provider in the pool.
pub const PROVIDER: &str = "Okta";
// Not http: the AWS CLI would send the content of that URL instead of the URL.
const CALLBACK: &str = "acme://callback";

/// A pool whose users sign in with SAML.
pub struct SamlPool {
    /// The pool id.
    pub pool: String,
    client: String,
}

impl SamlPool {
    /// Creates a pool whose user name is the e-mail address, and a SAML provider that sends this address.
    pub fn create(aws: &LocalAws) -> Result<Self> {
        // Local AWS loses the default of this setting when the pool is updated.
        let created = aws.cli(&words(
            "cognito-idp create-user-pool --pool-name saml --username-attributes email \
             --admin-create-user-config AllowAdminCreateUserOnly=true",
        ))?;
        let pool = created["UserPool"]["Id"].as_str().context("no pool")?.to_owned();
        create_provider(aws, &pool, PROVIDER, "email=email,email_verified=email_verified")?;
        let oauth =
            "--allowed-o-auth-flows code --allowed-o-auth-scopes openid --allowed-o-auth-flows-user-pool-client";
        let created = aws.cli(&words(&format!(
            "cognito-idp create-user-pool-client --user-pool-id {pool} --client-name web {oauth} \
             --callback-urls {CALLBACK} --supported-identity-providers {PROVIDER}"
        )))?;
        let client = created["UserPoolClient"]["ClientId"].as_str().context("no client")?.to_owned();
        Ok(Self { pool, client })
    }

    pub fn users(&self, aws: &LocalAws) -> Result<Vec<Value>> {
        let listed = aws.cli(&words(&format!("cognito-idp list-users --user-pool-id {}", self.pool)))?;
        Ok(listed["Users"].as_array().context("no users")?.clone())
    }

    /// A SAML sign-in with a browser; returns the `sub` of the ID token.
    pub async fn sign_in(&self, aws: &LocalAws, name_id: &str, email: &str) -> Result<String> {
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build()?;
        let url = |path: &str| format!("{}/{path}", aws.endpoint());
        let query = format!(
            "response_type=code&client_id={}&redirect_uri={CALLBACK}&scope=openid&identity_provider={PROVIDER}",
            self.client
        );
        let to_provider = location(http.get(url(&format!("oauth2/authorize?{query}"))).send().await?).await?;
        let relay = parameter(&to_provider, "RelayState")?;
        let assertion = format!(
            r#"<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Subject><NameID>{name_id}</NameID></Subject>
            <AttributeStatement><Attribute Name="email"><AttributeValue>{email}</AttributeValue></Attribute>
            <Attribute Name="email_verified"><AttributeValue>true</AttributeValue></Attribute>
            </AttributeStatement></Assertion>"#
        );
        let form = [("SAMLResponse", STANDARD.encode(assertion)), ("RelayState", relay)];
        let back = location(http.post(url("saml2/idpresponse")).form(&form).send().await?).await?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.client),
            ("redirect_uri", CALLBACK),
            ("code", &parameter(&back, "code")?),
        ];
        let tokens: Value = http.post(url("oauth2/token")).form(&form).send().await?.json().await?;
        let id_token = tokens["id_token"].as_str().context("no ID token")?;
        let payload = URL_SAFE_NO_PAD.decode(id_token.split('.').nth(1).unwrap_or_default())?;
        let claims: Value = serde_json::from_slice(&payload)?;
        Ok(claims["sub"].as_str().context("no sub")?.to_owned())
    }
}

/// Creates a SAML provider. `mapping` is `<attribute of the pool>=<attribute of the provider>,…`.
pub fn create_provider(aws: &LocalAws, pool: &str, name: &str, mapping: &str) -> Result<()> {
    aws.cli(&words(&format!(
        "cognito-idp create-identity-provider --user-pool-id {pool} --provider-name {name} --provider-type SAML \
         --provider-details MetadataURL=https://idp.example/metadata --attribute-mapping {mapping}"
    )))?;
    Ok(())
}

/// The words of a command.
pub fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

async fn location(response: reqwest::Response) -> Result<String> {
    let (status, location) = (response.status(), response.headers().get(LOCATION).cloned());
    let Some(location) = location else {
        anyhow::bail!("{status} is not a redirect: {}", response.text().await?);
    };
    Ok(location.to_str()?.to_owned())
}

fn parameter(url: &str, name: &str) -> Result<String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    Ok(pairs.find(|(key, _)| *key == name).with_context(|| format!("no {name}"))?.1.to_owned())
}
