//! Where requests come in from elsewhere: through tower, and as JSON.

mod routes;
mod tower;
