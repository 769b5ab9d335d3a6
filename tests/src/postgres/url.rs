use std::fmt;
use std::path::Path;

/// A `postgres://` URL, in the parts that tests exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// `user:password@`, or nothing.
    user: String,
    /// `host:port`.
    host: String,
    database: String,
    parameters: Vec<String>,
}

impl Url {
    /// Takes `url` apart.
    pub fn parse(url: &str) -> Self {
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))
            .unwrap_or_else(|| panic!("{url:?} does not begin with postgres://"));
        let (rest, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
        let host = authority.rfind('@').map_or(0, |at| at + 1);
        Self {
            user: authority[..host].to_owned(),
            host: authority[host..].to_owned(),
            database: database.to_owned(),
            parameters: parameters
                .split('&')
                .filter(|parameter| !parameter.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The superuser `postgres` of the server that listens in `folder`.
    pub(super) fn of_socket(folder: &Path, port: u16) -> Self {
        let folder = folder.to_str().unwrap().replace('/', "%2F");
        Self::parse(&format!("postgres://postgres@{folder}:{port}/postgres"))
    }

    /// The same with this database.
    #[must_use]
    pub fn database(mut self, name: &str) -> Self {
        name.clone_into(&mut self.database);
        self
    }

    /// The same as this user.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Self {
        self.user = format!("{name}:{password}@");
        self
    }

    /// The same at another address, `host:port`.
    #[must_use]
    pub fn at(mut self, address: &str) -> Self {
        address.clone_into(&mut self.host);
        self.parameters.retain(|parameter| {
            !["host=", "hostaddr=", "port="]
                .iter()
                .any(|place| parameter.starts_with(place))
        });
        self
    }

    /// The same with one more parameter, whose value is encoded as URLs need it.
    #[must_use]
    pub fn with(mut self, parameter: &str) -> Self {
        self.parameters.push(parameter.to_owned());
        self
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "postgres://{}{}/{}", self.user, self.host, self.database)?;
        if self.parameters.is_empty() {
            return Ok(());
        }
        write!(f, "?{}", self.parameters.join("&"))
    }
}
