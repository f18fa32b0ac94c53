//! E-mail addresses, and the ListUsers filter that is made of one: a single quoted value that reads back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verification::{AllowedEmailDomains, EmailAddress};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(email) = text.parse::<EmailAddress>() else {
        assert!(!is_certainly_plain(text));
        return;
    };
    assert_eq!(email.as_str(), text);
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    let filter = aws::filter(&email);
    assert!(filter.len() <= 256);
    let value = filter.strip_prefix("email = \"").and_then(|rest| rest.strip_suffix('"')).unwrap();
    assert_eq!(value, text);
    assert!(!value.contains(['"', '\\']), "an escape or an end inside of the value");

    let (local, domain) = text.split_once('@').unwrap();
    assert_eq!(email.domain(), domain);
    assert!(!domain.contains('@') && !local.is_empty());
    let other_case: EmailAddress = text.to_ascii_uppercase().parse().unwrap();
    assert_eq!(email, other_case);
    let allowed = AllowedEmailDomains::parse(domain).expect("a domain of an address is one of the list");
    assert!(allowed.allow(&other_case));
    let subdomain: EmailAddress = match format!("{local}@x.{domain}").parse() {
        Ok(subdomain) => subdomain,
        Err(_) => return,
    };
    assert!(email != subdomain && !allowed.allow(&subdomain));
});

/// So plain that it has to be accepted.
fn is_certainly_plain(text: &str) -> bool {
    let simple = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 246 && text.split_once('@').is_some_and(|(local, domain)| simple(local) && simple(domain))
}
