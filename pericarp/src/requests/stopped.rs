use std::error::Error;
use std::fmt;

/// What a middleware says when it ends a request itself, instead of handing it on.
///
/// It becomes the request's own error with `.into()`. What it allocates, it allocates only then.
///
/// ```
/// use pericarp::Stopped;
///
/// #[derive(Debug, PartialEq)]
/// struct Full { limit: usize }
/// # impl std::fmt::Display for Full {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
/// #         write!(f, "{} requests are running already; try again later", self.limit)
/// #     }
/// # }
/// impl std::error::Error for Full {}
///
/// let stopped = Stopped::new("request.too_many", Full { limit: 8 }).transient();
/// assert_eq!(stopped.code(), "request.too_many");
/// assert!(stopped.is_transient());
/// assert_eq!(stopped.reason(), Some(&Full { limit: 8 }));
/// assert_eq!(stopped.to_string(), "8 requests are running already; try again later");
/// ```
#[derive(Debug)]
pub struct Stopped {
    code: &'static str,
    transient: bool,
    refusal: bool,
    reason: Box<dyn Error + Send + Sync>,
}

impl Stopped {
    /// Ends a request for a `reason` with a stable code.
    pub fn new(code: &'static str, reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            code,
            transient: false,
            refusal: false,
            reason: reason.into(),
        }
    }

    /// Nothing was stored, and the same request may succeed when it is repeated.
    #[must_use]
    pub fn transient(mut self) -> Self {
        self.transient = true;
        self
    }

    /// It is the request that is at fault, or who asks: nothing in the application went wrong, and
    /// nothing was stored.
    #[must_use]
    pub fn refusal(mut self) -> Self {
        self.refusal = true;
        self
    }

    /// A stable code for logs and metrics.
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// Whether it is certain that nothing was stored, and the same request may succeed when it
    /// is repeated.
    pub const fn is_transient(&self) -> bool {
        self.transient
    }

    /// Whether it is the request that is at fault, or who asks, and nothing in the application.
    pub const fn is_refusal(&self) -> bool {
        self.refusal
    }

    /// The reason, if it is an `E`.
    pub fn reason<E: Error + 'static>(&self) -> Option<&E> {
        self.reason.downcast_ref()
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.reason, f)
    }
}

impl Error for Stopped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.reason.source()
    }
}
