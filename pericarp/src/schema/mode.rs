use super::error::LockError;

/// What a check may do to the lock file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// It records what is compatible, as `cargo build` does in `Cargo.lock`. The default.
    Record,
    /// It changes nothing: the file must say all. The default where `CI` is set.
    Locked,
    /// It records everything: a person has read the difference. With `PERICARP_BLESS=1`.
    Bless,
}

impl Mode {
    /// What the environment asks for, by `PERICARP_BLESS` and `CI`.
    ///
    /// # Errors
    /// [`LockError::BlessInCi`] if both are set.
    pub fn from_env() -> Result<Self, LockError> {
        let var = |name| std::env::var(name).ok();
        Self::from_vars(var("PERICARP_BLESS").as_deref(), var("CI").as_deref())
    }

    /// What these values of `PERICARP_BLESS` and `CI` ask for. Each is set unless it is empty, `0`
    /// or `false`.
    ///
    /// # Errors
    /// [`LockError::BlessInCi`] if both are set.
    pub fn from_vars(bless: Option<&str>, ci: Option<&str>) -> Result<Self, LockError> {
        let is_set = |value: Option<&str>| !matches!(value, None | Some("" | "0" | "false"));
        match (is_set(bless), is_set(ci)) {
            (true, true) => Err(LockError::BlessInCi),
            (true, false) => Ok(Self::Bless),
            (false, true) => Ok(Self::Locked),
            (false, false) => Ok(Self::Record),
        }
    }
}
