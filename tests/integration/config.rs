//! A configuration says what is wrong with it, and every key of it changes what it is for.

use std::fmt::Debug;
use std::time::Duration;

use pericarp::config::{Config, ConfigError, LogLevel, Place, Preset, Secret, Sources};
use pericarp::metrics::Registry;
use pericarp::store::{Durability, PostgresStore, SqliteStore, Store, StoreMetrics, WhenFull};
use pericarp::{Expected, Retry};
use pericarp_tests::commit_to;
use tracing::level_filters::LevelFilter;

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Sources::new()
        .text("bank.toml", text)
        .variables(variables.iter().copied())
        .load()
}

/// All that becomes of a configuration, as text.
fn outcome(config: &Config) -> String {
    let sqlite = config.sqlite_options();
    let postgres = config.postgres_options().unwrap();
    let log = LevelFilter::from(config.log.level);
    format!(
        "{sqlite:?} {postgres:?} {:?} {:?} {log:?} {:?}",
        config.retry, config.aggregates, config.preset
    )
}

/// For each key a value, and what of the options that the stores, the application and the log are
/// given it changes.
const KEYS: &[(&str, &str, &str)] = &[
    ("preset", "production", "queue_capacity: 8192"),
    (
        "limits.max_events_per_commit",
        "77",
        "max_events_per_commit: 77",
    ),
    (
        "limits.max_bytes_per_commit",
        "78",
        "max_bytes_per_commit: 78",
    ),
    ("appends.durability", "relaxed", "durability: Relaxed"),
    ("appends.queue_capacity", "79", "queue_capacity: 79"),
    ("appends.when_full", "reject", "when_full: Reject"),
    ("appends.linger", "80us", "linger: 80µs"),
    ("retry.attempts", "81", "attempts: 81"),
    ("retry.min_delay", "82ms", "min_delay: 82ms"),
    ("retry.max_delay", "83ms", "max_delay: 83ms"),
    ("aggregates.cached", "84", "cached: 84"),
    ("sqlite.path", "eighty.db", "path: \"eighty.db\""),
    ("sqlite.readers", "7", "readers: 7"),
    ("sqlite.busy_timeout", "84ms", "busy_timeout: 84ms"),
    ("sqlite.mmap_bytes", "85", "mmap_bytes: 85"),
    ("sqlite.cache_kib", "86", "cache_kib: 86"),
    ("sqlite.checkpoint_pages", "87", "checkpoint_pages: 87"),
    ("sqlite.poll_interval", "88ms", "poll_interval: 88ms"),
    (
        "postgres.url",
        "postgres://ann:pw@db.test:99/bank",
        "ann@db.test:99/bank",
    ),
    ("postgres.schema", "ninety", "schema ninety"),
    ("postgres.batch_size", "91", "batch_size: 91"),
    ("postgres.max_connections", "92", "max_connections: 92"),
    ("postgres.min_connections", "3", "min_connections: 3"),
    ("postgres.acquire_timeout", "94ms", "acquire_timeout: 94ms"),
    ("postgres.idle_timeout", "never", "idle_timeout: None"),
    (
        "postgres.max_lifetime",
        "95min",
        "max_lifetime: Some(5700s)",
    ),
    ("postgres.statement_cache", "96", "statement_cache: 96"),
    ("postgres.query_timeout", "97s", "query_timeout: Some(97s)"),
    ("postgres.listen", "false", "listen: false"),
    ("postgres.poll_interval", "98ms", "poll_interval: 98ms"),
    ("log.level", "trace", "LevelFilter::TRACE"),
];

#[test]
fn every_key_changes_what_it_is_for_wherever_it_is_told() {
    let keys: Vec<_> = KEYS.iter().map(|(key, ..)| *key).collect();
    assert_eq!(keys, Config::keys().collect::<Vec<_>>());
    let before = outcome(&Config::default());
    for (key, value, changed) in KEYS {
        assert!(!before.contains(changed), "{key}: {before}");
        let variable = format!("PERICARP_{}", key.replace('.', "__").to_uppercase());
        let told = load("", &[(&variable, value)]).unwrap();
        assert!(
            outcome(&told).contains(changed),
            "{key}: {}",
            outcome(&told)
        );
        let bare = value.parse::<i64>().is_ok() || value.parse::<bool>().is_ok();
        let written = if bare {
            (*value).into()
        } else {
            format!("'{value}'")
        };
        let file = match key.split_once('.') {
            Some((table, key)) => format!("[{table}]\n{key} = {written}\n"),
            None => format!("{key} = {written}\n"),
        };
        assert_eq!(load(&file, &[]).unwrap(), told, "{file}");
    }
}

#[test]
fn a_variable_wins_over_the_file_and_both_over_the_preset() {
    let file = "preset = 'test'\n[appends]\nqueue_capacity = 5\nlinger = '1ms'";
    let config = load(
        file,
        &[
            ("PERICARP_APPENDS__LINGER", "2ms"),
            ("PERICARP_TEST_URL", "other"),
        ],
    );
    let config = config.unwrap();
    assert_eq!(config.preset, Preset::Test);
    assert_eq!(config.appends.durability, Durability::Relaxed);
    assert_eq!(config.appends.queue_capacity, 5);
    assert_eq!(config.appends.linger, Duration::from_millis(2));
    // The preset is under all keys, wherever it is named.
    let config = load("[appends]\nlinger = '1ms'", &[("PERICARP_PRESET", "test")]).unwrap();
    assert_eq!(config.appends.linger, Duration::from_millis(1));
    assert_eq!(config.sqlite.mmap_bytes, 0);
}

#[test]
fn the_presets_differ_and_the_default_is_the_library() {
    let default = Config::default();
    let (sqlite, postgres) = (
        pericarp::store::sqlite::SqliteOptions::new("pericarp.db"),
        pericarp::store::postgres::PostgresOptions::parse("postgres://").unwrap(),
    );
    assert_eq!(
        format!("{:?}", default.sqlite_options()),
        format!("{sqlite:?}")
    );
    assert_eq!(
        format!("{:?}", default.postgres_options().unwrap()),
        format!("{postgres:?}")
    );
    assert_eq!(default.retry, Retry::default());
    let presets = [
        Preset::Default,
        Preset::Production,
        Preset::Development,
        Preset::Test,
    ];
    let configs = presets.map(Config::of);
    for (i, config) in configs.iter().enumerate() {
        assert!(!configs[..i].contains(config));
        config.postgres_options().unwrap();
        // What is shown is a file that says the same.
        let shown = config.to_string().replace("\"***\"", "\"postgres://\"");
        assert_eq!(load(&shown, &[]).unwrap(), *config, "{shown}");
    }
    assert_eq!(configs[1].appends.durability, Durability::Full);
    assert_eq!(configs[1].appends.when_full, WhenFull::Reject);
    assert_eq!(configs[3].log.level, LogLevel::Error);
}

/// What a store does with what it is told.
#[tokio::test]
async fn a_store_opens_as_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("told.db");
    let variables = [
        ("PERICARP_SQLITE__PATH", path.to_str().unwrap()),
        ("PERICARP_LIMITS__MAX_EVENTS_PER_COMMIT", "2"),
    ];
    let config = load("preset = 'test'", &variables).unwrap();
    let metrics = StoreMetrics::new(&Registry::new(), "told").unwrap();
    let options = config.sqlite_options().metrics(metrics);
    let store = SqliteStore::open_with(options).await.unwrap();
    assert!(path.exists());
    store
        .append(commit_to("a", Expected::Any, 2))
        .await
        .unwrap();
    let refused = store
        .append(commit_to("a", Expected::Any, 3))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "append.too_many_events");
    store.close().await;
}

#[track_caller]
fn check(text: &str, variables: &[(&str, &str)], code: &str, message: &str) -> ConfigError {
    let error = load(text, variables).unwrap_err();
    assert_eq!((error.code(), error.to_string().as_str()), (code, message));
    error
}

#[test]
fn what_is_wrong_is_named_with_its_place_and_what_may_be_there() {
    let error = check(
        "preset = 'test'\n\n[sqlite]\nreaders = 2\nreeders = 2\n",
        &[],
        "config.unknown_key",
        "bank.toml, line 5: there is no key `sqlite.reeders`; did you mean `sqlite.readers`?",
    );
    assert_eq!(pericarp::Error::from(error).code(), "config.unknown_key");
    check(
        "",
        &[("PERICARP_SQLITE__READER", "2")],
        "config.unknown_key",
        "the variable PERICARP_SQLITE__READER: there is no key `PERICARP_SQLITE__READER`; did you \
         mean `PERICARP_SQLITE__READERS`?",
    );
    let far = load("[xyz]\nq = 1", &[]).unwrap_err();
    let ConfigError::UnknownKey {
        place,
        nearest,
        known,
        ..
    } = &far
    else {
        panic!("{far}");
    };
    assert_eq!(nearest, &None);
    assert_eq!(known.len(), KEYS.len());
    assert_eq!(
        place,
        &Place::File {
            name: "bank.toml".into(),
            line: 1
        }
    );
    assert!(
        far.to_string()
            .contains("there are: preset, limits.max_events_per_commit, ")
    );
    check(
        "\n[sqlite]\nreaders = 65",
        &[],
        "config.value",
        "bank.toml, line 3: `sqlite.readers` is 65; it must be a whole number from 1 to 64",
    );
    check(
        "[sqlite]\nreaders = [1]",
        &[],
        "config.value",
        "bank.toml, line 2: `sqlite.readers` is a value of type array; it must be a whole number from \
         1 to 64",
    );
    check(
        "",
        &[("PERICARP_APPENDS__DURABILITY", "some")],
        "config.value",
        "the variable PERICARP_APPENDS__DURABILITY: `appends.durability` is \"some\"; it must be full, \
         relaxed",
    );
    for wrong in [
        "5",
        "'5'",
        "'5 years'",
        "'-5s'",
        "'2s'",
        "'never'",
        "'99999999999999999999h'",
    ] {
        let error = load(&format!("[appends]\nlinger = {wrong}"), &[]).unwrap_err();
        let allowed = "it must be a time from 0s to 1s, such as \"200us\", \"5s\" or \"10min\"";
        assert!(error.to_string().ends_with(allowed), "{wrong}: {error}");
    }
    for wrong in ["[postgres]\nlisten = 1", "[postgres]\nlisten = 'yes'"] {
        assert!(
            load(wrong, &[])
                .unwrap_err()
                .to_string()
                .ends_with("it must be true or false")
        );
    }
    check(
        "sqlite = 3",
        &[],
        "config.syntax",
        "bank.toml, line 1: `sqlite` is a table, and has keys of its own: write [sqlite]",
    );
    let syntax = load("preset = 'test'\npreset = 'test'", &[]).unwrap_err();
    assert_eq!(syntax.code(), "config.syntax");
    assert!(
        syntax.to_string().starts_with("bank.toml, line 2: "),
        "{syntax}"
    );
    let missing = Sources::new().file("/nowhere/bank.toml").unwrap_err();
    assert_eq!(missing.code(), "config.read");
}

/// A password is in no error, no `Debug` and nothing that is shown, whatever is wrong with it or
/// beside it.
#[tokio::test]
async fn a_secret_is_nowhere_to_be_read() {
    const PLANTED: &str = "hunter2";
    let hides = |shown: &dyn Debug, also: String| {
        let shown = format!("{shown:?} {also}");
        assert!(!shown.contains(PLANTED), "{shown}");
    };
    let url = format!("postgres://ann:{PLANTED}@db.test/bank");
    let variables = [("PERICARP_POSTGRES__URL", url.as_str())];
    let sources = Sources::new().text("f", format!("[postgres]\nurl = '{url}'"));
    hides(&sources.clone().variables(variables), String::new());
    let config = load("", &variables).unwrap();
    assert!(config.postgres.url.reveal().contains(PLANTED));
    hides(&config, config.to_string());
    let options = config.postgres_options().unwrap();
    hides(&options, options.place());
    let unreachable = url.replace("db.test", "127.0.0.1:1");
    let config = load("", &[("PERICARP_POSTGRES__URL", &unreachable)]).unwrap();
    let options = config.postgres_options().unwrap();
    let error = PostgresStore::open_with(options).await.unwrap_err();
    hides(&error, error.to_string());
    hides(&Secret::new(PLANTED), Secret::new(PLANTED).to_string());
    // What is none is not repeated.
    for url in [
        "hunter2",
        "postgres://ann:hunter2@db.test:port/bank",
        "postgres://ann:hunter2@[/x",
    ] {
        let config = load("", &[("PERICARP_POSTGRES__URL", url)]).unwrap();
        hides(&config, config.to_string());
        let error = config.postgres_options().unwrap_err();
        hides(&error, error.to_string());
        hides(&pericarp::Error::from(error), String::new());
    }
    for text in [
        "[postgres]\nurl = hunter2",
        "[postgres]\nurl = ['hunter2']",
        "[postgres]\nurl = 'hunter2",
        "[postgres]\nurl = 'hunter2' 'hunter2'",
        "url = 'hunter2'",
        "[postgres]\nulr = 'hunter2'",
        "postgres = 'hunter2'",
    ] {
        let error = load(text, &[]).unwrap_err();
        hides(&error, error.to_string());
    }
}
