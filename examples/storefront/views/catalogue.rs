use std::collections::BTreeMap;

use pericarp::{RecordedEvent, ReplayError, replay};
use serde::{Deserialize, Serialize};

use crate::shop::{Product, ProductId};

/// How many products are on a page.
const PAGE: usize = 20;

/// Everything that is for sale, in the order of its numbers.
#[derive(Default)]
pub(crate) struct Catalogue {
    products: BTreeMap<ProductId, Product>,
}

/// A line of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listing {
    pub product: ProductId,
    pub name: String,
    pub cents: u64,
}

/// All about a product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProductView {
    pub product: ProductId,
    pub name: String,
    pub cents: u64,
    pub in_stock: u32,
}

impl Catalogue {
    pub(super) fn apply(&mut self, event: &RecordedEvent<'_>) -> Result<(), ReplayError> {
        let id = ProductId(event.key().to_owned());
        let mut product = self.products.remove(&id);
        replay(&mut product, event)?;
        self.products.extend(product.map(|product| (id, product)));
        Ok(())
    }

    /// A page of listings, from 0.
    pub(crate) fn page(&self, page: usize) -> Vec<Listing> {
        let skipped = self.products.iter().skip(page.saturating_mul(PAGE));
        let listings = skipped.take(PAGE).map(|(id, product)| Listing {
            product: id.clone(),
            name: product.name.clone(),
            cents: product.cents,
        });
        listings.collect()
    }

    pub(crate) fn product(&self, id: &ProductId) -> Option<ProductView> {
        self.products.get(id).map(|product| ProductView {
            product: id.clone(),
            name: product.name.clone(),
            cents: product.cents,
            in_stock: product.in_stock,
        })
    }
}
