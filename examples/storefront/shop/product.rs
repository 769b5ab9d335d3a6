use garde::Validate;
use pericarp::middleware::{self, Only};
use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

use super::{CLERK, OrderId, ProductId, Refusal};

/// A product is for sale.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "product.listed")]
pub struct Listed {
    pub name: String,
    pub cents: u64,
}

/// Units of it came or went.
#[derive(Debug, Event, Serialize, Deserialize)]
pub enum Stock {
    #[event(name = "product.stocked")]
    Stocked { units: u32 },
    #[event(name = "product.reserved")]
    Reserved { order: OrderId, units: u32 },
    #[event(name = "product.released")]
    Released { order: OrderId, units: u32 },
}

/// Something that is for sale, and how much of it there is.
#[derive(Clone, Debug, Aggregate, Shape, Serialize, Deserialize)]
#[aggregate(
    category = "product",
    id = ProductId,
    error = Refusal,
    created_by(Listed),
    events(Stock),
    snapshot(every = 100),
    cached
)]
pub struct Product {
    pub name: String,
    pub cents: u64,
    pub in_stock: u32,
}

impl Create<Listed> for Product {
    fn create(event: Listed, _: &Meta<'_>) -> Self {
        let Listed { name, cents } = event;
        let in_stock = 0;
        Self {
            name,
            cents,
            in_stock,
        }
    }
}

impl Apply<Stock> for Product {
    fn apply(&mut self, event: Stock, _: &Meta<'_>) {
        match event {
            Stock::Stocked { units } | Stock::Released { units, .. } => self.in_stock += units,
            Stock::Reserved { units, .. } => self.in_stock -= units,
        }
    }
}

/// Offer a product for sale.
#[derive(Debug, Command, Validate)]
#[command(aggregate = Product, creates, middleware(Only(CLERK), middleware::Validate))]
pub struct ListProduct {
    #[command(id)]
    #[garde(dive)]
    pub product: ProductId,
    #[garde(length(min = 1, max = 200))]
    pub name: String,
    #[garde(range(min = 1, max = 100_000_000))]
    pub cents: u64,
    #[garde(skip)]
    pub units: u32,
}

impl Handle<ListProduct> for Product {
    fn handle(new: New<'_, Self>, list: &ListProduct) -> Result<(), Refusal> {
        let name = list.name.clone();
        let cents = list.cents;
        let product = new.create(Listed { name, cents });
        if list.units > 0 {
            product.emit(Stock::Stocked { units: list.units });
        }
        Ok(())
    }
}

/// Put more of it on the shelf. It answers how many there are.
#[derive(Clone, Debug, Command, Deserialize, Validate)]
#[command(aggregate = Product, returns = u32, middleware(Only(CLERK), middleware::Validate))]
pub struct Restock {
    #[command(id)]
    #[garde(dive)]
    pub product: ProductId,
    #[garde(range(min = 1, max = 1_000_000_000))]
    pub units: u32,
}

impl Handle<Restock> for Product {
    fn handle(product: &mut Root<Self>, restock: &Restock) -> Result<u32, Refusal> {
        let units = restock.units;
        product
            .in_stock
            .checked_add(units)
            .ok_or(Refusal::TooManyUnits)?;
        product.emit(Stock::Stocked { units });
        Ok(product.in_stock)
    }
}

/// Set some of it apart for an order. It answers the price of one.
#[derive(Debug, Command)]
#[command(aggregate = Product, returns = u64)]
pub(crate) struct Reserve {
    #[command(id)]
    pub(crate) product: ProductId,
    pub(crate) order: OrderId,
    pub(crate) units: u32,
}

impl Handle<Reserve> for Product {
    fn handle(product: &mut Root<Self>, reserve: &Reserve) -> Result<u64, Refusal> {
        let &Reserve { order, units, .. } = reserve;
        if product.in_stock < units {
            return Err(Refusal::OutOfStock {
                left: product.in_stock,
                wanted: units,
            });
        }
        product.emit(Stock::Reserved { order, units });
        Ok(product.cents)
    }
}

/// Put back what was set apart for an order.
#[derive(Debug, Command)]
#[command(aggregate = Product)]
pub(crate) struct Release {
    #[command(id)]
    pub(crate) product: ProductId,
    pub(crate) order: OrderId,
    pub(crate) units: u32,
}

impl Handle<Release> for Product {
    fn handle(product: &mut Root<Self>, release: &Release) -> Result<(), Refusal> {
        let &Release { order, units, .. } = release;
        product
            .in_stock
            .checked_add(units)
            .ok_or(Refusal::TooManyUnits)?;
        product.emit(Stock::Released { order, units });
        Ok(())
    }
}
