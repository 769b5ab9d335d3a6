//! The page on metrics lists what there is.

use pericarp::metrics::CATALOGUE;

use crate::pages::page;

#[test]
fn the_page_on_observability_lists_every_metric() {
    let text = page("observability.md").text;
    let listed: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("| `pericarp_"))
        .collect();
    let rows: Vec<_> = CATALOGUE
        .iter()
        .map(|metric| {
            let labels: Vec<_> = metric
                .labels()
                .iter()
                .map(|label| format!("`{label}`"))
                .collect();
            let (name, kind, help) = (metric.name(), metric.kind(), metric.help());
            format!("| `{name}` | {kind} | {} | {help} |", labels.join(", "))
        })
        .collect();
    assert_eq!(listed, rows, "write\n{}", rows.join("\n"));
}
