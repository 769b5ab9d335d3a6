/// What the application is made of holds a `T`: a read model that queries are asked of, or what
/// a middleware needs.
///
/// ```
/// use pericarp::Provide;
/// use pericarp::Pericarp;
/// use pericarp::store::MemoryStore;
///
/// #[derive(Default)]
/// struct Balances { /* .. */ }
///
/// #[derive(Default)]
/// struct Parts { balances: Balances }
///
/// impl Provide<Balances> for Parts {
///     fn provide(&self) -> &Balances { &self.balances }
/// }
///
/// let app = Pericarp::builder(MemoryStore::new()).with(Parts::default()).build();
/// # let _ = app;
/// ```
#[diagnostic::on_unimplemented(
    message = "give the application a `{T}` by `.with(parts)`: `{Self}` does not provide it",
    label = "the application provides no `{T}`",
    note = "write `impl Provide<{T}> for Parts {{ fn provide(&self) -> &{T} {{ .. }} }}`"
)]
pub trait Provide<T: ?Sized> {
    /// Where it is.
    fn provide(&self) -> &T;
}

/// Nobody names it, and anything provides it: else rustc would take any need for `()`, and say
/// "type mismatch" rather than what is not provided.
#[derive(Debug)]
pub struct AnyNeed(());

impl<P: ?Sized> Provide<AnyNeed> for P {
    fn provide(&self) -> &AnyNeed {
        &AnyNeed(())
    }
}

impl<P: ?Sized> Provide<()> for P {
    fn provide(&self) -> &() {
        &()
    }
}
