//! Latencies as a drawing: by percentile, and over the run.

use std::fmt::Write as _;

use crate::drive::Measured;
use crate::report::{millis, thousands};
use crate::tally::Interval;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 260.0;
const TOP: f64 = 60.0;
const BOTTOM: f64 = TOP + HEIGHT;

/// Where the two panels begin.
const LEFT: f64 = 70.0;
const RIGHT: f64 = LEFT + WIDTH + 90.0;

/// Of the first panel, from left to right.
const PERCENTILES: [(f64, &str); 6] = [
    (0.5, "50 %"),
    (0.9, "90 %"),
    (0.99, "99 %"),
    (0.999, "99.9 %"),
    (0.9999, "99.99 %"),
    (1.0, "100 %"),
];

const STYLE: &str = "text{font:12px sans-serif;fill:#333}.title{font-size:15px}\
    .axis{stroke:#999}.grid{stroke:#e4e4e4}path{fill:none;stroke-width:1.6}\
    .queries,.p50{stroke:#2a7ab9;fill:none}.commands,.p99{stroke:#d1662a;fill:none}.max{stroke:#9a9a9a;fill:none}\
    text.queries,text.p50{fill:#2a7ab9;stroke:none}text.commands,text.p99{fill:#d1662a;stroke:none}text.max{fill:#777;stroke:none}";

/// The drawing of a run, an SVG.
pub(crate) fn chart(measured: &Measured) -> String {
    let tally = &measured.tally;
    let all = tally.all();
    let scale = Scale::up_to(all.max());
    let mut svg = String::new();
    let (width, height) = (RIGHT + WIDTH + 30.0, BOTTOM + 60.0);
    // Writing to a string does not fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\"><style>{STYLE}</style>\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    );
    let seconds = measured.took.as_secs_f64();
    let rate = thousands((all.len() as f64 / seconds) as u64);
    let title = format!(
        "{} requests in {seconds:.1} s: {rate} requests/s",
        thousands(all.len())
    );
    text(&mut svg, LEFT, 24.0, "start", "title", &title);

    panel(&mut svg, LEFT, "latency by percentile", &scale);
    for (place, (_, name)) in PERCENTILES.iter().enumerate() {
        text(
            &mut svg,
            percentile(place),
            BOTTOM + 18.0,
            "middle",
            "",
            name,
        );
    }
    let curves = [("queries", &tally.queries), ("commands", &tally.commands)];
    for (row, (name, latencies)) in curves
        .into_iter()
        .enumerate()
        .filter(|(_, (_, of))| !of.is_empty())
    {
        let points = PERCENTILES
            .iter()
            .enumerate()
            .map(|(place, (quantile, _))| {
                (
                    percentile(place),
                    scale.y(latencies.value_at_quantile(*quantile)),
                )
            });
        curve(&mut svg, name, points);
        text(
            &mut svg,
            LEFT + 8.0,
            TOP + 14.0 + 16.0 * row as f64,
            "start",
            name,
            name,
        );
    }

    panel(&mut svg, RIGHT, "latency over the run", &scale);
    let intervals = &tally.intervals;
    let end = tally.interval().as_secs_f64() * intervals.len() as f64;
    for part in 0..=4 {
        let share = f64::from(part) / 4.0;
        let label = format!("{:.1} s", end * share);
        text(
            &mut svg,
            RIGHT + WIDTH * share,
            BOTTOM + 18.0,
            "middle",
            "",
            &label,
        );
    }
    type Of = fn(&Interval) -> u64;
    let curves: [(&str, Of); 3] = [
        ("max", |of| of.max),
        ("p99", |of| of.p99),
        ("p50", |of| of.p50),
    ];
    for (row, (name, value)) in curves.into_iter().enumerate() {
        let points = intervals.iter().enumerate().filter(|(_, of)| of.count > 0);
        let x = |place: usize| RIGHT + WIDTH * (place as f64 + 0.5) / intervals.len() as f64;
        curve(
            &mut svg,
            name,
            points.map(|(place, of)| (x(place), scale.y(value(of)))),
        );
        text(
            &mut svg,
            RIGHT + 8.0,
            TOP + 14.0 + 16.0 * row as f64,
            "start",
            name,
            name,
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Logarithmic, in decades of microseconds.
struct Scale {
    first: i32,
    last: i32,
}

impl Scale {
    fn up_to(most: u64) -> Self {
        let last = (most.max(1_000) as f64).log10().ceil() as i32;
        Self { first: 1, last }
    }

    fn y(&self, micros: u64) -> f64 {
        let decades = f64::from(self.last - self.first);
        let share = ((micros.max(1) as f64).log10() - f64::from(self.first)) / decades;
        BOTTOM - HEIGHT * share.clamp(0.0, 1.0)
    }
}

fn percentile(place: usize) -> f64 {
    LEFT + WIDTH * place as f64 / (PERCENTILES.len() - 1) as f64
}

fn panel(svg: &mut String, left: f64, name: &str, scale: &Scale) {
    text(svg, left, TOP - 10.0, "start", "", name);
    for decade in scale.first..=scale.last {
        let micros = 10_u64.pow(decade.unsigned_abs());
        let (y, right) = (scale.y(micros), left + WIDTH);
        let class = if decade == scale.first {
            "axis"
        } else {
            "grid"
        };
        let _ = write!(
            svg,
            "<line class=\"{class}\" x1=\"{left}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\"/>"
        );
        text(svg, left - 6.0, y + 4.0, "end", "", &millis(micros));
    }
}

fn curve(svg: &mut String, class: &str, points: impl Iterator<Item = (f64, f64)>) {
    let _ = write!(svg, "<path class=\"{class}\" d=\"");
    for (number, (x, y)) in points.enumerate() {
        let _ = write!(svg, "{}{x:.1} {y:.1}", if number == 0 { 'M' } else { 'L' });
    }
    svg.push_str("\"/>");
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, class: &str, text: &str) {
    let _ = write!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" class=\"{class}\">{text}</text>"
    );
}
