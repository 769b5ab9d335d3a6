//! Profiles, at a port of their own that only this machine can reach.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use pericarp::profiling::{Profile, ProfileError, cpu};
use serde::Deserialize;
use tokio::task::spawn_blocking;

use super::body::Asked;
use super::problem::Problem;

/// How long a profile takes, at most.
const MOST_SECONDS: u64 = 120;

#[derive(Deserialize)]
struct For {
    #[serde(default = "ten")]
    seconds: u64,
}

/// Where profiles are.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/debug/pprof/profile", get(profile))
        .route("/debug/pprof/flamegraph", get(flamegraph))
        .fallback(super::problem::no_route)
}

/// For `go tool pprof` and its like.
async fn profile(Asked(time): Asked<For>) -> Result<impl IntoResponse, Problem> {
    let profile = taken(time).await?.to_protobuf()?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], profile))
}

/// For a browser.
async fn flamegraph(Asked(time): Asked<For>) -> Result<impl IntoResponse, Problem> {
    let profile = taken(time).await?;
    if profile.stacks() == 0 {
        let detail = "nothing was at work meanwhile";
        return Err(Problem::new(StatusCode::NOT_FOUND, "profile.empty", detail));
    }
    Ok(([(CONTENT_TYPE, "image/svg+xml")], profile.to_flamegraph()?))
}

async fn taken(time: For) -> Result<Profile, Problem> {
    let time = Duration::from_secs(time.seconds.min(MOST_SECONDS));
    match spawn_blocking(move || cpu(time)).await {
        Ok(profile) => Ok(profile?),
        Err(error) => {
            let detail = error.to_string();
            Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "profile.failed",
                detail,
            ))
        }
    }
}

const fn ten() -> u64 {
    10
}

impl From<ProfileError> for Problem {
    fn from(error: ProfileError) -> Self {
        let status = match error {
            ProfileError::Running => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.code(), error.to_string())
    }
}
