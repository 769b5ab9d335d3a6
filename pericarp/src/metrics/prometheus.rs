use std::fmt::{self, Display, Write};

use super::family::Shared;
use super::registry::AnyFamily;
use super::{Histogram, Measure, Metric, Registry};

/// The media type of [`Registry::to_prometheus`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

impl Registry {
    /// All metrics as Prometheus reads them, in its text format 0.0.4:
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/>.
    pub fn to_prometheus(&self) -> String {
        let mut text = String::new();
        // What a gauge is read from may look at the registry.
        let families = self.families().clone();
        for family in &families {
            // Writing to a string does not fail.
            let _ = write_family(&mut text, family);
        }
        text
    }
}

fn write_family(text: &mut String, family: &AnyFamily) -> fmt::Result {
    let metric = family.metric();
    let name = metric.name();
    writeln!(text, "# HELP {name} {}", Escaped(metric.help(), false))?;
    writeln!(text, "# TYPE {name} {}", metric.kind())?;
    match family {
        AnyFamily::Counter(family) => write_values(text, family, |counter| counter.value()),
        AnyFamily::Gauge(family) => write_values(text, family, |gauge| gauge.value()),
        AnyFamily::Histogram(family) => write_histograms(text, family),
    }
}

fn write_values<M: Measure, V: Display>(
    text: &mut String,
    family: &Shared<M>,
    value: impl Fn(&M) -> V,
) -> fmt::Result {
    for (values, series) in family.series() {
        text.write_str(family.metric.name())?;
        write_labels(text, &family.metric, &values, None)?;
        writeln!(text, " {}", value(series))?;
    }
    Ok(())
}

fn write_histograms(text: &mut String, family: &Shared<Histogram>) -> fmt::Result {
    let metric = &family.metric;
    let name = metric.name();
    for (values, histogram) in family.series() {
        let (buckets, recorded) = (histogram.buckets(), histogram.recorded());
        let bounds = buckets.bounds().iter().map(|&bound| buckets.shown(bound));
        let bounds = bounds.chain([f64::INFINITY]);
        let mut count = 0;
        for (bound, more) in bounds.zip(recorded.counts) {
            count += more;
            write!(text, "{name}_bucket")?;
            write_labels(text, metric, &values, Some(bound))?;
            writeln!(text, " {count}")?;
        }
        write!(text, "{name}_sum")?;
        write_labels(text, metric, &values, None)?;
        writeln!(text, " {}", buckets.shown(recorded.sum))?;
        write!(text, "{name}_count")?;
        write_labels(text, metric, &values, None)?;
        writeln!(text, " {count}")?;
    }
    Ok(())
}

fn write_labels(
    text: &mut String,
    metric: &Metric,
    values: &[&str],
    bound: Option<f64>,
) -> fmt::Result {
    let mut before = '{';
    for (label, value) in metric.labels().iter().zip(values) {
        write!(text, "{before}{label}=\"{}\"", Escaped(value, true))?;
        before = ',';
    }
    if let Some(bound) = bound {
        let shown: &dyn Display = if bound.is_infinite() { &"+Inf" } else { &bound };
        write!(text, "{before}le=\"{shown}\"")?;
        before = ',';
    }
    if before == ',' {
        text.write_char('}')
    } else {
        Ok(())
    }
}

/// Text in which a line ends only where it should; in quotes, so do they.
struct Escaped<'t>(&'t str, bool);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, quoted) = *self;
        for c in text.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                '"' if quoted => f.write_str("\\\"")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
