use fastrand::Rng;
use serde_json::Value;

use crate::arguments::Arguments;
use crate::connection::{Call, Reply};

/// How many products are on a page of the catalogue.
const PAGE: u32 = 20;

/// A user of the shop: looks around, fills an order, places it, begins another.
pub(crate) struct Shopper {
    name: String,
    rng: Rng,
    /// How many of 100 requests are commands.
    commands: u8,
    products: u32,
    order: Option<Draft>,
    /// The last that it placed.
    placed: Option<String>,
    /// The position of what it changed last.
    seen: u64,
}

struct Draft {
    id: String,
    items: Vec<u32>,
}

/// What it does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Browse,
    Look,
    LookAtOrder,
    LookAtOrders,
    Open,
    Add(u32),
    Remove(u32),
    Place,
    Cancel,
    Ship,
}

impl Step {
    pub(crate) const fn is_command(self) -> bool {
        !matches!(
            self,
            Self::Browse | Self::Look | Self::LookAtOrder | Self::LookAtOrders
        )
    }
}

impl Shopper {
    pub(crate) fn new(number: u64, arguments: &Arguments) -> Self {
        Self {
            name: format!("user-{number}"),
            rng: Rng::with_seed(arguments.seed.wrapping_add(number)),
            commands: arguments.commands,
            products: arguments.products.max(1),
            order: None,
            placed: None,
            seen: 0,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Chooses what to do, and says how it is asked.
    pub(crate) fn next(&mut self) -> (Step, Call) {
        let step = match self.rng.u8(0..100) < self.commands {
            true => self.command(),
            false => self.query(),
        };
        let call = self.call(step);
        (step, call)
    }

    fn query(&mut self) -> Step {
        match self.rng.u8(0..10) {
            0..4 => Step::Look,
            4..7 => Step::Browse,
            7..9 if self.order.is_some() => Step::LookAtOrder,
            _ => Step::LookAtOrders,
        }
    }

    fn command(&mut self) -> Step {
        if self.placed.is_some() {
            match self.rng.u8(0..10) {
                0 => return Step::Cancel,
                1 => return Step::Ship,
                _ => self.placed = None,
            }
        }
        let product = self.rng.u32(0..self.products);
        let chance = self.rng.u8(0..10);
        let Some(draft) = &self.order else {
            return Step::Open;
        };
        match draft.items.as_slice() {
            [] => Step::Add(product),
            [_] if chance < 7 => Step::Add(product),
            [_] => Step::Place,
            [.., last] if chance == 0 => Step::Remove(*last),
            _ => Step::Place,
        }
    }

    fn call(&mut self, step: Step) -> Call {
        let product = self.rng.u32(0..self.products);
        let order = self.order.as_ref().map_or("", |order| &order.id);
        let placed = self.placed.as_deref().unwrap_or_default();
        match step {
            Step::Browse => {
                let page = product / PAGE;
                Call::get(format!("/products?page={page}"))
            }
            Step::Look => Call::get(format!("/products/product-{product}")),
            Step::LookAtOrder => Call::get(format!("/orders/{order}")).after(self.seen),
            Step::LookAtOrders => {
                Call::get(format!("/customers/{}/orders", self.name)).after(self.seen)
            }
            Step::Open => Call::post("/orders".to_owned()),
            Step::Add(product) => Call::post(format!("/orders/{order}/items"))
                .json(format!(r#"{{"product":"product-{product}","units":1}}"#)),
            Step::Remove(product) => {
                Call::delete(format!("/orders/{order}/items/product-{product}"))
            }
            Step::Place => Call::post(format!("/orders/{order}/place")),
            Step::Cancel => Call::post(format!("/orders/{placed}/cancel")),
            Step::Ship => Call::post(format!("/orders/{placed}/ship")),
        }
    }

    /// Takes note of what came of a step.
    pub(crate) fn learn(&mut self, step: Step, reply: &Reply) {
        self.seen = self.seen.max(reply.position.unwrap_or_default());
        if !reply.status.is_success() {
            // Whatever it is now, it begins anew.
            self.order = None;
            self.placed = None;
            return;
        }
        match (step, &mut self.order) {
            (Step::Open, order) => *order = opened(&reply.body),
            (Step::Add(product), Some(order)) if !order.items.contains(&product) => {
                order.items.push(product);
            }
            (Step::Remove(product), Some(order)) => order.items.retain(|item| *item != product),
            (Step::Place, order) => self.placed = order.take().map(|order| order.id),
            (Step::Cancel | Step::Ship, _) => self.placed = None,
            _ => {}
        }
    }
}

fn opened(body: &[u8]) -> Option<Draft> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let id = body.get("order")?.as_str()?.to_owned();
    Some(Draft {
        id,
        items: Vec::new(),
    })
}
