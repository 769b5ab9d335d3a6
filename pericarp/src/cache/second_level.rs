use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What a second level does, boxed: it is another machine that is asked.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = Result<T, SecondLevelFault>> + Send + 'a>>;

/// What went wrong in a second level.
pub type SecondLevelFault = Box<dyn std::error::Error + Send + Sync>;

/// What a second level has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The bytes that were put under the key, and for how much longer they are kept.
    pub value: Option<(Vec<u8>, Duration)>,
    /// The mark of each tag, in their order; empty where there is none.
    pub marks: Vec<String>,
}

/// What a second level tells of what others do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum News {
    /// From now on, nothing that others mark is missed.
    Connected,
    /// Others have marked these tags.
    Stale(Vec<String>),
}

/// A store that several processes share, behind their memories: [`Redis`](super::Redis), or one of
/// yours.
///
/// The cache bounds how long it waits, leaves one alone that fails, and tells it later what it
/// missed. So an implementation asks, and says what went wrong.
#[diagnostic::on_unimplemented(
    message = "write `impl SecondLevel for {Self}`, which is not a second level of a cache",
    label = "no `SecondLevel` for `{Self}`"
)]
pub trait SecondLevel: Send + Sync + 'static {
    /// What is kept under a key, and the marks of the tags. The marks must not be read before the
    /// value.
    ///
    /// # Errors
    /// Whatever went wrong.
    fn get<'a>(&'a self, key: &'a str, tags: &'a [&'a str]) -> Answering<'a, Found>;

    /// Keeps a value under a key for so long.
    ///
    /// # Errors
    /// Whatever went wrong.
    fn put<'a>(&'a self, key: &'a str, value: &'a [u8], keep: Duration) -> Answering<'a, ()>;

    /// Sets the mark of each of the tags, for so long.
    ///
    /// # Errors
    /// Whatever went wrong. A part may be done.
    fn mark<'a>(&'a self, tags: &'a [String], mark: &'a str, keep: Duration) -> Answering<'a, ()>;

    /// Tells `hear` what others [mark](Self::mark), until the connection is lost; `None` if it
    /// cannot, which is what it does unless it is written.
    ///
    /// It says [`News::Connected`] once nothing is missed any more, and each time ends with an error.
    /// A mark must be there before others are told of it. It need not tell the cache of its own.
    fn listen<'a>(
        &'a self,
        hear: &'a (dyn Fn(News) + Send + Sync),
    ) -> Option<Answering<'a, Infallible>> {
        let _ = hear;
        None
    }
}
