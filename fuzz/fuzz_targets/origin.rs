//! Origins: the host that is checked is the host that the HTTP client connects to.
#![no_main]

use libfuzzer_sys::fuzz_target;
use settings::Origin;
use url::{Host, Url};
use salesforce::SalesforceDomain;

fuzz_target!(|bytes: &[u8]| {
    // A host has at most 253 characters, and the other parser is slow with long ones.
    let Ok(text) = std::str::from_utf8(bytes.get(..280).unwrap_or(bytes)) else { return };
    let Ok(origin) = text.parse::<Origin>() else {
        assert!(text.parse::<SalesforceDomain>().is_err());
        return;
    };
    assert_eq!(origin.as_str().parse::<Origin>().as_ref(), Ok(&origin), "the origin must parse to itself");
    // reqwest parses a URL with this crate, and does not connect to a URL that it cannot parse.
    let Ok(url) = Url::parse(&format!("{origin}/services/oauth2/userinfo")) else { return };
    assert_eq!((url.path(), url.query(), url.fragment()), ("/services/oauth2/userinfo", None, None));
    assert_eq!((url.username(), url.password()), ("", None));
    match url.host().unwrap() {
        Host::Domain(domain) => assert_eq!((url.scheme(), domain), ("https", origin.host())),
        Host::Ipv4(address) => assert!(url.scheme() == "https" || address.is_loopback(), "{url}"),
        Host::Ipv6(address) => assert!(url.scheme() == "https" || address.is_loopback(), "{url}"),
    }
    let shared =
        url.host_str().is_some_and(|host| host.ends_with(".salesforce.com") && !host.ends_with(".my.salesforce.com"));
    assert!(!shared || text.parse::<SalesforceDomain>().is_err(), "{url}");
});
