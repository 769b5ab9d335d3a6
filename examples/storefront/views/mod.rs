//! The read models: what queries are asked of, kept in memory and fed from the log.

mod catalogue;
mod orders;

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use pericarp::{Aggregate, LoadError, Page, Position, ReplayError, Repository};
use tokio::sync::watch;

use crate::log::Store;
use crate::shop::{Order, OrderId, Product};
pub(crate) use catalogue::{Catalogue, Listing, ProductView};
pub(crate) use orders::{OrderView, Orders};

/// All read models, and how far in the log they are.
pub struct Views {
    models: RwLock<Models>,
    position: watch::Sender<Position>,
    /// Where orders are that are no longer in memory.
    archive: Repository<Order, Store>,
}

struct Models {
    catalogue: Catalogue,
    orders: Orders,
}

impl Views {
    /// Nothing yet; of `orders` so many are kept in memory, and others are replayed from the log.
    pub(crate) fn new(archive: Repository<Order, Store>, orders: usize) -> Self {
        Self {
            models: RwLock::new(Models {
                catalogue: Catalogue::default(),
                orders: Orders::keeping(orders),
            }),
            position: watch::Sender::new(Position::START),
            archive,
        }
    }

    /// How far in the log they are.
    pub(crate) fn position(&self) -> Position {
        *self.position.borrow()
    }

    /// Waits until they are as far in the log as `position`.
    pub(crate) async fn reach(&self, position: Position) {
        let mut reached = self.position.subscribe();
        // They live as long as whoever asks this.
        let _ = reached.wait_for(|reached| *reached >= position).await;
    }

    /// Folds the next events of the log. Nobody who waits for them is told before
    /// [`have_reached`](Self::have_reached).
    pub(crate) fn apply(&self, events: &Page) -> Result<(), ReplayError> {
        let mut models = self.models.write().unwrap_or_else(PoisonError::into_inner);
        for event in events.events() {
            match event.category() {
                Product::CATEGORY => models.catalogue.apply(&event)?,
                Order::CATEGORY => models.orders.apply(&event)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Tells those who wait how far they are.
    pub(crate) fn have_reached(&self, position: Position) {
        self.position.send_replace(position);
    }

    pub(crate) fn catalogue<T>(&self, look: impl FnOnce(&Catalogue) -> T) -> T {
        look(&self.models().catalogue)
    }

    pub(crate) fn orders_of(&self, customer: &str) -> Vec<OrderView> {
        self.models().orders.of(customer)
    }

    /// An order, from memory or else from the log.
    pub(crate) async fn order(&self, id: OrderId) -> Result<Option<OrderView>, LoadError> {
        if let Some(order) = self.models().orders.get(id) {
            return Ok(Some(order));
        }
        let archived = self.archive.load(&id).await?;
        Ok(archived.map(|order| OrderView::new(id, &order)))
    }

    fn models(&self) -> RwLockReadGuard<'_, Models> {
        self.models.read().unwrap_or_else(PoisonError::into_inner)
    }
}
