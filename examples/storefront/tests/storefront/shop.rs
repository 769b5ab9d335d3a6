//! A shop of a test's own, in this process.

use pericarp::config::{Config, Preset};
use pericarp_storefront::{Server, Settings};
use tempfile::TempDir;

use crate::caller::{Caller, Reply};

/// A shop in a folder of its own.
pub(crate) struct Shop {
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    pub(crate) async fn open_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open_in(folder, change).await
    }

    /// The shop whose log is in this folder, or a new one.
    pub(crate) async fn open_in(folder: TempDir, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = settings();
        settings.config.sqlite.path = folder.path().join("shop.db");
        change(&mut settings);
        let server = Server::start(&settings).await.unwrap();
        Self { server, folder }
    }

    pub(crate) async fn nobody(&self) -> Caller {
        Caller::connect(self.server.address()).await
    }

    pub(crate) async fn customer(&self, name: &str) -> Caller {
        let caller = self.nobody().await;
        caller.with("x-user", name).with("x-roles", "customer")
    }

    pub(crate) async fn clerk(&self) -> Caller {
        let caller = self.nobody().await;
        caller
            .with("x-user", "otto")
            .with("x-roles", "clerk, buyer")
    }

    /// Lists a product.
    pub(crate) async fn list(&self, product: &str, units: u32) -> Reply {
        let body = format!(
            r#"{{"product":"{product}","name":"A {product}","cents":350,"units":{units}}}"#
        );
        let reply = self.clerk().await.post("/products", &body).await;
        reply.expect(201)
    }
}

/// How shops are run in tests.
pub(crate) fn settings() -> Settings {
    Settings {
        config: Config::of(Preset::Test),
        listen: ([127, 0, 0, 1], 0).into(),
        ..Settings::default()
    }
}

/// An order of so many units of a product that is not placed yet.
pub(crate) async fn order_of(customer: &mut Caller, product: &str, units: u32) -> String {
    let order = customer.post("/orders", "").await.expect(201).order();
    let item = format!(r#"{{"product":"{product}","units":{units}}}"#);
    let items = format!("/orders/{order}/items");
    customer.post(&items, &item).await.expect(200);
    order
}

/// The same, and placed.
pub(crate) async fn placed_of(customer: &mut Caller, product: &str, units: u32) -> String {
    let order = order_of(customer, product, units).await;
    let place = format!("/orders/{order}/place");
    customer.post(&place, "").await.expect(200);
    order
}
