/// Why a metric cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// Its name is none.
    #[error(
        "`{name}` is no name of a metric; use ASCII letters, digits, `_` and `:`, no digit first"
    )]
    Name {
        /// The name.
        name: &'static str,
    },
    /// A label is none, comes twice or means something else.
    #[error(
        "`{label}` is no label of the metric `{name}`; use ASCII letters, digits and `_`, no digit and no `__` first, \
         each once, and not `le` of a histogram"
    )]
    Label {
        /// The name of the metric.
        name: &'static str,
        /// The label.
        label: &'static str,
    },
    /// Its buckets are none.
    #[error(
        "the buckets of the metric `{name}` are none; give 1 to 24 bounds, each above the one before"
    )]
    Buckets {
        /// The name of the metric.
        name: &'static str,
    },
    /// The registry has another metric of this name.
    #[error("the registry has another metric `{name}`; give one of them another name")]
    Taken {
        /// The name of the metric.
        name: &'static str,
    },
}

impl RegisterError {
    /// A stable code for logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Name { .. } => "metric.name",
            Self::Label { .. } => "metric.label",
            Self::Buckets { .. } => "metric.buckets",
            Self::Taken { .. } => "metric.taken",
        }
    }
}
