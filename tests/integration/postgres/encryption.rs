//! Encrypted connections, on a server that lets in no other.

use std::fs;

use pericarp::Expected;
use pericarp::store::{PostgresStore, Store};
use pericarp_tests::postgres::{Options, Server, Url};
use pericarp_tests::{chain, commit_to};
use sqlx::query_scalar;

use super::setting::{open, options, within};

#[tokio::test]
async fn a_server_that_wants_encryption_gets_it_or_says_so() {
    let start = || {
        Server::start_own(
            Options::new()
                .tls()
                .access("hostssl all all 127.0.0.1/32 trust"),
        )
    };
    let (server, other) = (start().await, start().await);
    let database = server.database().await;
    let url = |parameters: &[&str]| {
        let with = |url: Url, parameter: &&str| url.with(parameter);
        parameters.iter().fold(database.url().clone(), with)
    };
    let root = |server: &pericarp_tests::postgres::OwnServer| {
        let path = server.authority();
        assert!(fs::metadata(&path).is_ok());
        format!("sslrootcert={}", path.display())
    };
    let (root, stranger) = (root(&server), root(&other));
    let refused = async |parameters: &[&str]| {
        let opened = PostgresStore::open_with(options(&url(parameters)));
        let error = within("it fails", opened).await.unwrap_err();
        let text = chain(&error);
        assert_eq!(error.code(), "open.encryption", "{parameters:?}: {text}");
        assert!(text.contains("sslmode"), "{text}");
    };
    refused(&["sslmode=disable"]).await;
    refused(&["sslmode=verify-full", &stranger]).await;
    refused(&["sslmode=verify-ca", &stranger]).await;
    // Nobody on this machine vouches for it.
    refused(&["sslmode=verify-full"]).await;

    for parameters in [
        &["sslmode=require"][..],
        &["sslmode=prefer"],
        &[],
        &["sslmode=verify-ca", &root],
        &["sslmode=verify-full", &root],
    ] {
        let store = open(options(&url(parameters))).await;
        store
            .append(commit_to("a", Expected::Any, 1))
            .await
            .unwrap();
        store.head().await.unwrap();
        let sql = "SELECT count(*) FILTER (WHERE ssl), count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'pericarp'";
        let mut client = server.connect().await;
        let counts: (i64, i64) = sqlx::query_as(sql).fetch_one(&mut client).await.unwrap();
        assert!(counts.0 >= 2 && counts.0 == counts.1, "{counts:?}");
        store.close().await;
    }
    let mut client = database.connect().await;
    let stored: i64 = query_scalar("SELECT count(*) FROM pericarp_events")
        .fetch_one(&mut client)
        .await
        .unwrap();
    assert_eq!(stored, 5);
}

/// A server that knows no encryption, and a client that insists.
#[tokio::test]
async fn a_server_without_encryption_is_refused_by_those_who_insist() {
    let server = Server::start_own(Options::new().tcp()).await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let url = server.url().clone().with(&format!("sslmode={mode}"));
        let error = PostgresStore::open_with(options(&url)).await.unwrap_err();
        assert_eq!(error.code(), "open.encryption", "{}", chain(&error));
    }
}
