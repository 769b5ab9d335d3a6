use garde::Validate;
use pericarp::middleware::{self, Only};
use pericarp::prelude::*;
use serde::{Deserialize, Serialize};

use super::{CLERK, CUSTOMER, OrderId, ProductId, Refusal};

/// How many different products are in one order, at most.
const MOST_PRODUCTS: usize = 50;

/// A customer began an order.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "order.opened")]
pub struct Opened {
    pub customer: String,
}

/// What is in an order changed.
#[derive(Debug, Event, Serialize, Deserialize)]
pub enum Basket {
    #[event(name = "order.item_added")]
    ItemAdded { product: ProductId, units: u32 },
    #[event(name = "order.item_removed")]
    ItemRemoved { product: ProductId },
}

/// The customer ordered what is in it, at these prices.
#[derive(Debug, Event, Serialize, Deserialize)]
#[event(name = "order.placed")]
pub struct Placed {
    pub customer: String,
    pub cents: u64,
}

/// An order came to its end.
#[derive(Debug, Event, Serialize, Deserialize)]
pub enum End {
    #[event(name = "order.cancelled")]
    Cancelled,
    #[event(name = "order.shipped")]
    Shipped,
}

/// What a customer wants.
#[derive(Clone, Debug, Aggregate)]
#[aggregate(
    category = "order",
    id = OrderId,
    error = Refusal,
    created_by(Opened),
    events(Basket, Placed, End),
    cached
)]
pub struct Order {
    pub customer: String,
    pub state: State,
    pub items: Vec<Item>,
    /// What it costs, once it is placed.
    pub cents: u64,
}

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    Placed,
    Shipped,
    Cancelled,
}

/// So many of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub product: ProductId,
    pub units: u32,
}

impl Create<Opened> for Order {
    fn create(event: Opened, _: &Meta<'_>) -> Self {
        Self {
            customer: event.customer,
            state: State::Open,
            items: Vec::new(),
            cents: 0,
        }
    }
}

impl Apply<Basket> for Order {
    fn apply(&mut self, event: Basket, _: &Meta<'_>) {
        match event {
            Basket::ItemAdded { product, units } => match self.item(&product) {
                Some(place) => self.items[place].units += units,
                None => self.items.push(Item { product, units }),
            },
            Basket::ItemRemoved { product } => self.items.retain(|item| item.product != product),
        }
    }
}

impl Apply<Placed> for Order {
    fn apply(&mut self, event: Placed, _: &Meta<'_>) {
        self.state = State::Placed;
        self.cents = event.cents;
    }
}

impl Apply<End> for Order {
    fn apply(&mut self, event: End, _: &Meta<'_>) {
        self.state = match event {
            End::Cancelled => State::Cancelled,
            End::Shipped => State::Shipped,
        };
    }
}

impl Order {
    fn item(&self, product: &ProductId) -> Option<usize> {
        self.items.iter().position(|item| item.product == *product)
    }

    fn belongs_to(&self, customer: &str) -> Result<(), Refusal> {
        match self.customer == customer {
            true => Ok(()),
            false => Err(Refusal::SomebodyElses),
        }
    }

    fn is_open_for(&self, customer: &str) -> Result<(), Refusal> {
        self.belongs_to(customer)?;
        match self.state {
            State::Open => Ok(()),
            state => Err(Refusal::NotOpen {
                state: state.word(),
            }),
        }
    }
}

impl State {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Placed => "placed",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Begin an order.
#[derive(Debug, Command)]
#[command(aggregate = Order, creates, middleware(Only(CUSTOMER)))]
pub struct OpenOrder {
    #[command(id)]
    pub order: OrderId,
    pub customer: String,
}

impl Handle<OpenOrder> for Order {
    fn handle(new: New<'_, Self>, open: &OpenOrder) -> Result<(), Refusal> {
        let customer = open.customer.clone();
        new.create(Opened { customer });
        Ok(())
    }
}

// ANCHOR: add
/// Put something into an order.
#[derive(Debug, Command, Validate)]
#[command(aggregate = Order, middleware(Only(CUSTOMER), middleware::Validate))]
pub struct AddItem {
    #[command(id)]
    #[garde(skip)]
    pub order: OrderId,
    #[garde(skip)]
    pub customer: String,
    #[garde(dive)]
    pub product: ProductId,
    #[garde(range(min = 1, max = 1_000))]
    pub units: u32,
}

impl Handle<AddItem> for Order {
    fn handle(order: &mut Root<Self>, add: &AddItem) -> Result<(), Refusal> {
        order.is_open_for(&add.customer)?;
        match order.item(&add.product) {
            Some(place) => {
                let units = order.items[place].units;
                units.checked_add(add.units).ok_or(Refusal::TooManyUnits)?;
            }
            None if order.items.len() == MOST_PRODUCTS => {
                return Err(Refusal::TooManyProducts {
                    at_most: MOST_PRODUCTS,
                });
            }
            None => {}
        }
        order.emit(Basket::ItemAdded {
            product: add.product.clone(),
            units: add.units,
        });
        Ok(())
    }
}
// ANCHOR_END: add

/// Take something out of an order.
#[derive(Debug, Command, Validate)]
#[command(aggregate = Order, middleware(Only(CUSTOMER), middleware::Validate))]
pub struct RemoveItem {
    #[command(id)]
    #[garde(skip)]
    pub order: OrderId,
    #[garde(skip)]
    pub customer: String,
    #[garde(dive)]
    pub product: ProductId,
}

impl Handle<RemoveItem> for Order {
    fn handle(order: &mut Root<Self>, remove: &RemoveItem) -> Result<(), Refusal> {
        order.is_open_for(&remove.customer)?;
        let product = remove.product.clone();
        match order.item(&product) {
            Some(_) => order.emit(Basket::ItemRemoved { product }),
            None => return Err(Refusal::NotInOrder { product }),
        }
        Ok(())
    }
}

/// Order what is in it, for this much.
#[derive(Debug, Command)]
#[command(aggregate = Order)]
pub(crate) struct Place {
    #[command(id)]
    pub(crate) order: OrderId,
    pub(crate) customer: String,
    pub(crate) cents: u64,
}

impl Handle<Place> for Order {
    fn handle(order: &mut Root<Self>, place: &Place) -> Result<(), Refusal> {
        order.is_open_for(&place.customer)?;
        if order.items.is_empty() {
            return Err(Refusal::Empty);
        }
        let customer = order.customer.clone();
        let cents = place.cents;
        order.emit(Placed { customer, cents });
        Ok(())
    }
}

/// Give an order up that is not sent yet.
#[derive(Debug, Command)]
#[command(aggregate = Order)]
pub(crate) struct Cancel {
    #[command(id)]
    pub(crate) order: OrderId,
    pub(crate) customer: String,
}

impl Handle<Cancel> for Order {
    fn handle(order: &mut Root<Self>, cancel: &Cancel) -> Result<(), Refusal> {
        order.belongs_to(&cancel.customer)?;
        match order.state {
            State::Open | State::Placed => order.emit(End::Cancelled),
            state => {
                return Err(Refusal::NotOpen {
                    state: state.word(),
                });
            }
        }
        Ok(())
    }
}

/// Send what was ordered.
#[derive(Debug, Command)]
#[command(aggregate = Order, middleware(Only(CLERK)))]
pub struct Ship {
    #[command(id)]
    pub order: OrderId,
}

impl Handle<Ship> for Order {
    fn handle(order: &mut Root<Self>, _: &Ship) -> Result<(), Refusal> {
        match order.state {
            State::Placed => order.emit(End::Shipped),
            state => {
                return Err(Refusal::NotPlaced {
                    state: state.word(),
                });
            }
        }
        Ok(())
    }
}
