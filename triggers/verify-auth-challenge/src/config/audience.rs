//! The audience mode and its settings. A setting of another mode is refused: if it were ignored, the function would
//! check less than the configuration suggests.

use salesforce::{AudienceMode, SalesforceDomain};
use settings::{Origin, Settings, list};
use verification::oidc::ClientIds;
use verification::oidc::id_token::IdTokenRules;

use super::flag;

pub(super) const INTROSPECTION_SECRET: &str = "SALESFORCE_INTROSPECTION_SECRET_ARN";
const ISSUERS: &str = "SALESFORCE_ISSUERS";
const REQUIRE_AT_HASH: &str = "SALESFORCE_REQUIRE_AT_HASH";
const REQUIRE_NONCE: &str = "SALESFORCE_REQUIRE_NONCE";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    IdToken,
    Introspection,
    AccessTokenJwt,
    Unchecked,
}

/// Reads the mode, and the ARN of the introspection secret in the mode that needs it.
pub(super) fn read(
    settings: &mut Settings<'_>,
    lookup: &dyn Fn(&str) -> Option<String>,
    salesforce: Option<&SalesforceDomain>,
) -> Option<(AudienceMode, Option<String>)> {
    let modes = "id_token, introspection, access_token_jwt or unchecked";
    let mode = settings.required("SALESFORCE_AUDIENCE_MODE", modes, mode);
    let keys = "a comma-separated list of consumer keys";
    let clients = match mode {
        // Accepted without effect, so that the operator can change the mode with one setting.
        Some(Mode::Unchecked) | None => {
            settings.optional("SALESFORCE_CLIENT_IDS", keys, ClientIds::parse);
            None
        }
        Some(_) => settings.required("SALESFORCE_CLIENT_IDS", keys, ClientIds::parse),
    };
    for (name, used_in) in [
        (ISSUERS, Mode::IdToken),
        (REQUIRE_AT_HASH, Mode::IdToken),
        (REQUIRE_NONCE, Mode::IdToken),
        (INTROSPECTION_SECRET, Mode::Introspection),
    ] {
        if mode.is_some_and(|mode| mode != used_in) && lookup(name).is_some() {
            settings.problem(name, "has no effect in this audience mode; remove it");
        }
    }
    match mode? {
        Mode::Unchecked => Some((AudienceMode::Unchecked, None)),
        Mode::IdToken => {
            let issuers =
                settings.optional(ISSUERS, "a comma-separated list of exact issuers", |text| list(text, issuer));
            let (require_at_hash, require_nonce) = (flag(settings, REQUIRE_AT_HASH), flag(settings, REQUIRE_NONCE));
            let issuers = issuers.or_else(|| Some(vec![salesforce?.as_str().to_owned()]))?;
            let rules = IdTokenRules { clients: clients?, issuers, require_at_hash, require_nonce };
            Some((AudienceMode::IdToken(rules), None))
        }
        Mode::Introspection => {
            let secret = settings.required(INTROSPECTION_SECRET, "the ARN of a Secrets Manager secret", secret_arn);
            Some((AudienceMode::Introspection(clients?), Some(secret?)))
        }
        Mode::AccessTokenJwt => {
            let domain = salesforce?.as_str().to_owned();
            Some((AudienceMode::AccessTokenJwt { clients: clients?, domain }, None))
        }
    }
}

fn mode(text: &str) -> Result<Mode, &'static str> {
    match text {
        "id_token" => Ok(Mode::IdToken),
        "introspection" => Ok(Mode::Introspection),
        "access_token_jwt" => Ok(Mode::AccessTokenJwt),
        "unchecked" => Ok(Mode::Unchecked),
        _ => Err("is not an audience mode"),
    }
}

/// Checks an issuer. It is compared exactly as written. It may have a path or a trailing slash, because the issuers of
/// sites have them. The shared login hosts are accepted, although they sign for every organization, because `sub` names
/// the organization.
fn issuer(text: &str) -> Result<String, &'static str> {
    let after_scheme = text.find("://").map_or(0, |scheme| scheme + 3);
    let path = text.get(after_scheme..).and_then(|rest| rest.find('/')).map_or(text.len(), |path| after_scheme + path);
    let (origin, path) = text.split_at_checked(path).ok_or("is not an issuer")?;
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte));
    match origin.parse::<Origin>() {
        Ok(_) if plain => Ok(text.to_owned()),
        _ => Err("is not an issuer: an https URL without a query or fragment"),
    }
}

fn secret_arn(text: &str) -> Result<String, &'static str> {
    let parts: Vec<_> = text.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", _, "secretsmanager", _, _, "secret", name] if !name.is_empty() => Ok(text.to_owned()),
        _ => Err("is not the ARN of a secret"),
    }
}
