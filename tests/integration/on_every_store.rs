//! A test of what is built on stores, on each of them.

/// Makes each function a module with a test per store. The log that it gets is empty.
macro_rules! on_every_store {
    ($($(#[$doc:meta])* async fn $name:ident($store:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            use super::*;

            async fn check($store: impl pericarp::store::Store) $body

            #[tokio::test]
            async fn memory() {
                check(pericarp::store::MemoryStore::new()).await;
            }

            #[tokio::test]
            async fn sqlite() {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("log.db");
                check(pericarp::store::SqliteStore::open(file).await.unwrap()).await;
            }

            #[tokio::test]
            async fn postgres() {
                let log = pericarp_tests::postgres::Server::shared().schema().await;
                let url = log.url().to_string();
                let options = pericarp::store::postgres::PostgresOptions::parse(&url).unwrap();
                let options = options.schema(log.name());
                check(pericarp::store::PostgresStore::open_with(options).await.unwrap()).await;
            }
        }
    )*};
}
pub(crate) use on_every_store;
