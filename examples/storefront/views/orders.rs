use std::collections::{HashMap, VecDeque};

use pericarp::{RecordedEvent, ReplayError, Version, replay};
use serde::{Deserialize, Serialize};

use crate::shop::{Item, Order, OrderId, State};

/// How many of a customer's orders are shown.
const SHOWN: usize = 20;

/// The orders that were opened last, as many as are kept.
pub(crate) struct Orders {
    kept: usize,
    orders: HashMap<OrderId, Order>,
    /// Oldest first.
    in_order: VecDeque<OrderId>,
    of_customer: HashMap<String, VecDeque<OrderId>>,
}

/// What a customer sees of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderView {
    pub order: OrderId,
    pub customer: String,
    pub state: State,
    pub items: Vec<Item>,
    /// What it costs, once it is placed.
    pub cents: u64,
}

impl OrderView {
    pub(crate) fn new(id: OrderId, order: &Order) -> Self {
        Self {
            order: id,
            customer: order.customer.clone(),
            state: order.state,
            items: order.items.clone(),
            cents: order.cents,
        }
    }
}

impl Orders {
    pub(super) fn keeping(kept: usize) -> Self {
        Self {
            kept,
            orders: HashMap::new(),
            in_order: VecDeque::new(),
            of_customer: HashMap::new(),
        }
    }

    pub(super) fn apply(&mut self, event: &RecordedEvent<'_>) -> Result<(), ReplayError> {
        let Ok(id) = event.key().parse() else {
            return Ok(());
        };
        let known = self.orders.remove(&id);
        let is_new = known.is_none();
        if is_new && event.version != Version::FIRST {
            // It is too old to be in memory.
            return Ok(());
        }
        let mut order = known;
        replay(&mut order, event)?;
        let Some(order) = order else { return Ok(()) };
        if is_new {
            self.in_order.push_back(id);
            let theirs = self.of_customer.entry(order.customer.clone()).or_default();
            theirs.push_back(id);
        }
        self.orders.insert(id, order);
        while self.in_order.len() > self.kept {
            self.forget_oldest();
        }
        Ok(())
    }

    fn forget_oldest(&mut self) {
        let oldest = self.in_order.pop_front();
        let Some(order) = oldest.and_then(|oldest| self.orders.remove(&oldest)) else {
            return;
        };
        if let Some(theirs) = self.of_customer.get_mut(&order.customer) {
            theirs.pop_front();
            if theirs.is_empty() {
                self.of_customer.remove(&order.customer);
            }
        }
    }

    pub(super) fn get(&self, id: OrderId) -> Option<OrderView> {
        self.orders.get(&id).map(|order| OrderView::new(id, order))
    }

    /// A customer's newest orders, newest first.
    pub(super) fn of(&self, customer: &str) -> Vec<OrderView> {
        let theirs = self.of_customer.get(customer).into_iter().flatten();
        let newest = theirs.rev().take(SHOWN);
        newest.filter_map(|id| self.get(*id)).collect()
    }
}
