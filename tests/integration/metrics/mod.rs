//! Metrics: exact, bounded, and as Prometheus reads them.

mod parser;
mod requests;
mod stores;

use std::collections::BTreeMap;
use std::thread;

use pericarp::metrics::{Buckets, Description, Kind, OTHER, RegisterError, Registry};

use parser::parsed;

const HITS: Description = Description::counter("hits_total", "Hits.");
const BY_SITE: Description<1> = Description::counter("site_hits_total", "Hits of each site.")
    .labels(&["site"])
    .at_most(10);
const LEVEL: Description<2> =
    Description::gauge("level", "A \\ level,\nin \"quotes\".").labels(&["place", "side"]);
const SIZES: Description =
    Description::histogram("sizes", "Sizes.").buckets(Buckets::of(&[1, 10, 100]));
const TOOK: Description = Description::histogram("took_seconds", "How long it took.");

#[test]
fn a_counter_is_exact_under_sixteen_threads() {
    let registry = Registry::new();
    let hits = registry.counter(&HITS).unwrap();
    let sizes = registry.histogram(&SIZES).unwrap();
    let each = 1_000_000;
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let (hits, sizes) = (hits.with([]), sizes.with([]));
                for i in 0..each {
                    hits.increment();
                    if i % 10 == 0 {
                        sizes.record(5);
                    }
                }
            });
        }
    });
    assert_eq!(hits.with([]).value(), 16 * each);
    assert_eq!(sizes.with([]).count(), 16 * each / 10);
    let found = parsed(&registry);
    assert_eq!(found["hits_total{}"], 16e6);
    assert_eq!(found["sizes_sum{}"], 8e6);
}

/// Counts when it is dropped, at the very end of its thread.
struct Last(pericarp::metrics::Counter);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.increment();
    }
}

/// Each of the first threads has a cell of its own, and gives it on when it ends.
#[test]
fn a_counter_is_exact_whatever_threads_come_and_go() {
    thread_local! {
        static LAST: std::cell::OnceCell<Last> = const { std::cell::OnceCell::new() };
    }
    let registry = Registry::new();
    let hits = registry.counter(&HITS).unwrap().with([]).clone();
    for _ in 0..20 {
        thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| {
                    let _ = LAST.with(|last| last.set(Last(hits.clone())));
                    (0..1_000).for_each(|_| hits.increment());
                    hits.add(10);
                });
            }
        });
    }
    // What counts at the end of a thread may come after the scope has ended.
    while hits.value() < 20 * 40 * 1_011 {
        thread::yield_now();
    }
    assert_eq!(hits.value(), 20 * 40 * 1_011);
}

/// The registry was locked while a gauge was read.
#[test]
fn what_a_gauge_is_read_from_may_look_at_the_registry() {
    let registry = Registry::new();
    let level = registry.gauge(&LEVEL).unwrap();
    let itself = registry.clone();
    let metrics = move || itself.metrics().len() as i64;
    level.with(["registry", "in"]).read_from(metrics);
    let found = parsed(&registry);
    assert_eq!(found["level{place=registry,side=in}"], 1.0);
}

/// Whoever chooses the values of a label, there are as many series as was said.
#[test]
fn a_family_is_bounded_and_loses_no_count() {
    let registry = Registry::new();
    let hits = registry.counter(&BY_SITE).unwrap();
    thread::scope(|scope| {
        for thread in 0..8 {
            let hits = &hits;
            scope.spawn(move || {
                for i in 0..1_000 {
                    hits.with([&format!("{}", (i + thread * 13) % 100)])
                        .increment();
                }
            });
        }
    });
    let long = "x".repeat(257);
    hits.with([&long]).increment();
    hits.with([OTHER]).increment();
    let found = parsed(&registry);
    assert_eq!(found.len(), 11);
    assert_eq!(found.values().sum::<f64>(), 8_002.0);
    let other = found[&format!("site_hits_total{{site={OTHER}}}")];
    assert_eq!(other, 8_002.0 - 10.0 * 80.0);
}

#[test]
fn a_parser_of_prometheus_reads_what_was_recorded() {
    let registry = Registry::new();
    let level = registry.gauge(&LEVEL).unwrap();
    level.with(["a\"b\\c\nd", "ü"]).set(-3);
    level.with(["", "right"]).add(2);
    level.with(["read", "left"]).read_from(|| 41 + 1);
    let sizes = registry.histogram(&SIZES).unwrap();
    for size in [0, 1, 2, 10, 100, 101, 1_000] {
        sizes.with([]).record(size);
    }
    let took = registry.histogram(&TOOK).unwrap();
    took.with([])
        .record_duration(std::time::Duration::from_micros(300));
    let found = parsed(&registry);
    let value = |name: &str| found.get(name).copied();
    assert_eq!(value("level{place=a\"b\\c\nd,side=ü}"), Some(-3.0));
    assert_eq!(value("level{place=,side=right}"), Some(2.0));
    assert_eq!(value("level{place=read,side=left}"), Some(42.0));
    for (bound, count) in [("1.0", 2.0), ("10.0", 4.0), ("100.0", 5.0), ("+Inf", 7.0)] {
        let bound = bound.trim_end_matches(".0");
        assert_eq!(value(&format!("sizes_bucket{{le={bound}}}")), Some(count));
    }
    assert_eq!(value("sizes_count{}"), Some(7.0));
    assert_eq!(value("sizes_sum{}"), Some(1_214.0));
    assert_eq!(value("took_seconds_sum{}"), Some(0.0003));
    assert_eq!(value("took_seconds_bucket{le=0.00025}"), Some(0.0));
    assert_eq!(value("took_seconds_bucket{le=0.0005}"), Some(1.0));
    let described = registry.metrics();
    let help: BTreeMap<_, _> = described.iter().map(|m| (m.name(), m.help())).collect();
    assert_eq!(help["level"], LEVEL.metric().help());
}

#[test]
fn a_metric_that_is_none_or_another_is_refused() {
    let registry = Registry::new();
    registry.counter(&HITS).unwrap().with([]).increment();
    // The same again is the same.
    assert_eq!(registry.counter(&HITS).unwrap().with([]).value(), 1);
    let check = |error: RegisterError, code: &str| {
        assert_eq!(error.code(), code);
        assert_eq!(pericarp::Error::from(error).code(), code);
    };
    let gauge = Description::gauge("hits_total", "Hits.");
    check(registry.gauge(&gauge).unwrap_err(), "metric.taken");
    check(registry.gauge(&HITS).unwrap_err(), "metric.taken");
    let labelled = HITS.labels(&["site"]);
    check(registry.counter(&labelled).unwrap_err(), "metric.taken");
    for name in ["", "1st", "a-b", "ä"] {
        let counter = Description::counter(name, "");
        check(registry.counter(&counter).unwrap_err(), "metric.name");
    }
    let label = |labels| Description::histogram("h", "").labels(labels);
    for labels in [
        &["", "a"],
        &["le", "a"],
        &["__a", "b"],
        &["a:b", "c"],
        &["a", "a"],
    ] {
        check(
            registry.histogram(&label(labels)).unwrap_err(),
            "metric.label",
        );
    }
    for bounds in [&[][..], &[2, 1], &[1, 1], &[0; 25]] {
        let histogram = Description::histogram("h", "").buckets(Buckets::of(bounds));
        check(
            registry.histogram(&histogram).unwrap_err(),
            "metric.buckets",
        );
    }
    assert_eq!(registry.metrics().len(), 1);
    assert_eq!(registry.metrics()[0].kind(), Kind::Counter);
}
