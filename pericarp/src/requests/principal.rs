/// Who asks, and what they are: what a middleware may decide by.
///
/// Of this nothing but the id is stored, as the metadata's `user_id`.
///
/// ```
/// use pericarp::Principal;
///
/// let ann = Principal::new("ann").with_role("teller");
/// assert!(ann.has_role("teller") && !ann.has_role("auditor"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who it is.
    pub id: String,
    /// What they are, or may do.
    pub roles: Vec<String>,
}

impl Principal {
    /// Somebody without a role.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            roles: Vec::new(),
        }
    }

    /// They have this role too.
    #[must_use]
    pub fn with_role(mut self, role: impl Into<String>) -> Self {
        self.roles.push(role.into());
        self
    }

    /// Whether they have a role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|has| has == role)
    }
}
