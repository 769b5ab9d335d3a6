//! An application that is told how to run.

use std::path::Path;

use pericarp::Pericarp;
use pericarp::config::{Config, Preset, Sources};
use pericarp::store::SqliteStore;

use crate::Outcome;

// ANCHOR: start
async fn start(file: &Path) -> Result<Pericarp<SqliteStore>, pericarp::Error> {
    let config = Sources::new().file(file)?.environment().load()?;
    let store = SqliteStore::open_with(config.sqlite_options()).await?;
    Ok(Pericarp::builder(store)
        .retry(config.retry)
        .cached_aggregates(config.aggregates.cached)
        .build())
}
// ANCHOR_END: start

#[tokio::test]
async fn an_application_starts_as_its_file_says() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (file, log) = (
        folder.path().join("shop.toml"),
        folder.path().join("shop.db"),
    );
    std::fs::write(
        &file,
        format!("preset = 'test'\n[sqlite]\npath = {log:?}\n"),
    )?;
    let app = start(&file).await?;
    assert_eq!(app.store().options().path(), log);
    Ok(())
}

#[test]
fn a_mistake_is_named() {
    let mistaken = Sources::new().text("shop.toml", "[sqlite]\nreeders = 4\n");
    let error = mistaken.load().err().map(|error| error.to_string());
    let text = include_str!("configuration.error.txt");
    assert_eq!(error.as_deref(), Some(text.trim_end()));
}

#[test]
fn the_template_in_the_book_is_the_template() -> Outcome {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("snippets/pericarp.toml");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let template = Config::template();
    if std::env::var_os("PERICARP_UPDATE").is_some() {
        std::fs::write(path, &template)?;
    } else {
        assert!(
            written == template,
            "run it again with PERICARP_UPDATE=1\n{template}"
        );
    }
    let config = Sources::new().text("pericarp.toml", template).load()?;
    assert_eq!(config, Config::of(Preset::Default));
    Ok(())
}
