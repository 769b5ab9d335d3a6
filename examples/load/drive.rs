use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::arguments::Arguments;
use crate::bar;
use crate::connection::{Call, Connection, Fault, Reply};
use crate::resident::Resident;
use crate::schedule::Schedule;
use crate::shopper::{Shopper, Step};
use crate::tally::Tally;

/// More than anybody buys.
const ENOUGH: u32 = 2_000_000_000;

/// What was measured.
pub(crate) struct Measured {
    pub(crate) tally: Tally,
    pub(crate) took: Duration,
}

/// Lists the products, and lets all users do what they do.
pub(crate) async fn drive(
    arguments: &Arguments,
    address: SocketAddr,
    process: Option<u32>,
) -> Result<Measured, Fault> {
    list_products(arguments.products, address).await?;
    let mut users = Vec::new();
    for number in 0..arguments.users {
        let shopper = Shopper::new(number, arguments);
        let connection = Connection::open(address, shopper.name()).await?;
        users.push((shopper, connection));
    }
    let tally = Arc::new(Mutex::new(Tally::new(interval(arguments))?));
    let bar = bar::of(arguments);
    let begin = Instant::now();
    let watching = tokio::spawn(watch(process, begin, bar.clone(), tally.clone()));

    let mut running = JoinSet::new();
    for (number, (shopper, connection)) in (0..).zip(users) {
        let schedule = Schedule::new(arguments, number, begin);
        let tally = tally.clone();
        let run = Run {
            address,
            schedule,
            tally,
        };
        running.spawn(run.shop(shopper, connection));
    }
    while let Some(ended) = running.join_next().await {
        ended?;
    }
    let took = begin.elapsed();
    watching.abort();
    bar.finish_and_clear();
    let mut tally = std::mem::replace(&mut *lock(&tally), Tally::new(Duration::MAX)?);
    tally.end();
    let now = process.and_then(|process| Resident::of(process, took));
    tally.resident.extend(now);
    Ok(Measured { tally, took })
}

/// What a user needs to run.
struct Run {
    address: SocketAddr,
    schedule: Schedule,
    tally: Arc<Mutex<Tally>>,
}

impl Run {
    async fn shop(mut self, mut shopper: Shopper, mut connection: Connection) {
        while let Some(due) = self.schedule.next().await {
            let (step, call) = shopper.next();
            let outcome = connection.send(call).await;
            let latency = due.elapsed();
            self.record(step, latency, &outcome);
            match outcome {
                Ok(reply) => shopper.learn(step, &reply),
                Err(_) => match Connection::open(self.address, shopper.name()).await {
                    Ok(again) => connection = again,
                    Err(_) => return,
                },
            }
        }
    }

    fn record(&self, step: Step, latency: Duration, outcome: &Result<Reply, Fault>) {
        let mut tally = lock(&self.tally);
        tally.record(step.is_command(), latency, self.schedule.elapsed());
        if let Some(error) = error(outcome) {
            tally.error(error);
        }
    }
}

/// What kind of an error it is, if it is one.
fn error(outcome: &Result<Reply, Fault>) -> Option<String> {
    match outcome {
        Ok(reply) if reply.status.is_success() => None,
        Ok(reply) => {
            let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
            Some(format!("{} {code}", reply.status.as_u16()))
        }
        Err(fault) => Some(format!("no answer: {fault}")),
    }
}

/// Lists what is not listed yet, some at a time.
async fn list_products(products: u32, address: SocketAddr) -> Result<(), Fault> {
    let mut running = JoinSet::new();
    for from in 0..products.min(32) {
        running.spawn(async move {
            let mut connection = Connection::open(address, "supplier").await?;
            for number in (from..products).step_by(32) {
                let product = format!("product-{number}");
                let name = format!("Product {number}");
                let body = json!({ "product": product, "name": name, "cents": 100 + number, "units": ENOUGH });
                let call = Call::post("/products".to_owned()).json(body.to_string());
                let reply = connection.send(call).await?;
                if !reply.status.is_success() && reply.status != 409 {
                    let why = String::from_utf8_lossy(&reply.body);
                    return Err(Fault::from(format!("{product} cannot be listed: {why}")));
                }
            }
            Ok(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}

/// Looks from time to time how large the process is, and how far the run has come.
async fn watch(process: Option<u32>, begin: Instant, bar: ProgressBar, tally: Arc<Mutex<Tally>>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(250));
    loop {
        ticks.tick().await;
        let at = begin.elapsed();
        let resident = process.and_then(|process| Resident::of(process, at));
        let mut tally = lock(&tally);
        tally.resident.extend(resident);
        match bar::shows_time(&bar) {
            true => bar.set_position(at.as_secs()),
            false => bar.set_position(tally.count()),
        }
    }
}

/// A hundred parts of a run, or as short as tells something.
fn interval(arguments: &Arguments) -> Duration {
    let hundredth = arguments
        .duration
        .map_or(Duration::ZERO, |duration| duration / 100);
    hundredth.max(Duration::from_millis(50))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
