//! The function ignores proxies in its environment: it sends the token only to the configured host.

use anyhow::Result;
use integration_tests::proofs::Mode;
use integration_tests::salesforce::Salesforce;
use integration_tests::world::Builder;

#[tokio::test]
async fn no_request_goes_through_a_proxy_of_the_environment() -> Result<()> {
    for mode in Mode::ALL {
        let proxy = Salesforce::start().await;
        let mut builder = Builder::default().mode(mode).one_time_use().link();
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            builder = builder.verify(name, &proxy.origin());
        }
        let world = builder.start().await?;
        assert!(world.valid_sign_in().await?.is_signed_in(), "{mode:?}: {:?}", world.verdicts()?);
        assert_eq!(proxy.requests().await, 0, "{mode:?}");
    }
    Ok(())
}
