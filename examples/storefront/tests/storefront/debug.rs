//! Profiles are for this machine, and only if it was told to show them.

use crate::caller::Caller;
use crate::shop::Shop;

const PROFILE: &str = "/debug/pprof/profile?seconds=0";

#[tokio::test]
async fn there_are_none_unless_it_was_told_to() {
    let shop = Shop::open().await;
    assert!(shop.server.debug_address().is_none());
    for path in [PROFILE, "/debug/pprof/flamegraph", "/debug/pprof"] {
        shop.nobody()
            .await
            .get(path)
            .await
            .is_problem(404, "http.not_found");
    }
}

#[tokio::test]
async fn they_are_at_a_loopback_address_of_their_own() {
    let shop = Shop::open_with(|settings| settings.debug = Some(0)).await;
    let address = shop.server.debug_address().unwrap();
    assert!(address.ip().is_loopback());
    let mut operator = Caller::connect(address).await;
    let profile = operator.get(PROFILE).await.expect(200);
    assert_eq!(profile.header("content-type"), "application/octet-stream");
    operator
        .get("/debug/pprof/profile?seconds=x")
        .await
        .is_problem(400, "http.query");
    operator
        .get("/products")
        .await
        .is_problem(404, "http.not_found");
    shop.nobody()
        .await
        .get(PROFILE)
        .await
        .is_problem(404, "http.not_found");
}
