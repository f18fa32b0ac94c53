//! E-mail addresses, and their ListUsers filter: a single quoted value, which is the address.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verification::{AllowedEmailDomains, EmailAddress};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(email) = text.parse::<EmailAddress>() else {
        assert!(!must_be_accepted(text));
        return;
    };
    assert_eq!(email.as_str(), text);
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    let filter = aws::filter(&email);
    assert!(filter.len() <= 256);
    let value = filter.strip_prefix("email = \"").and_then(|rest| rest.strip_suffix('"')).unwrap();
    assert_eq!(value, text);
    assert!(!value.contains(['"', '\\']), "an escape or a quote in the value");

    let (local, domain) = text.split_once('@').unwrap();
    assert_eq!(email.domain(), domain);
    assert!(!domain.contains('@') && !local.is_empty());
    let other_case: EmailAddress = text.to_ascii_uppercase().parse().unwrap();
    assert_eq!(email, other_case);
    let allowed = AllowedEmailDomains::parse(domain).expect("a list accepts the domain of an address");
    assert!(allowed.allow(&other_case));
    let subdomain: EmailAddress = match format!("{local}@x.{domain}").parse() {
        Ok(subdomain) => subdomain,
        Err(_) => return,
    };
    assert!(email != subdomain && !allowed.allow(&subdomain));
});

/// Whether the address is so simple that it must be accepted.
fn must_be_accepted(text: &str) -> bool {
    let simple = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 246 && text.split_once('@').is_some_and(|(local, domain)| simple(local) && simple(domain))
}
