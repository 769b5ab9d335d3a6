use std::collections::HashMap;
use std::process::Stdio;

use pericarp::store::{PostgresStore, ReadLog, Store};
use pericarp::{Position, Version};
use pericarp_benches::by_hand_postgres::{Pooled, make_table};
use pericarp_benches::rounds::Rounds;
use pericarp_benches::server::Server;
use pericarp_benches::{Outcome, ours};
use pericarp_tests::postgres::Database;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::append::POOLED;
use super::on_server::on_server;
use crate::{Bar, Target, runtime};

pub(crate) const NAMES: &[&str] = &["postgres.4x16-vs-pool", "postgres.4x16-vs-1x64"];

const TARGETS: &[Target] = &[Target::AtLeast(2.0), Target::AtLeast(0.6)];

/// The first argument of a process that only appends. It is not for people.
pub(crate) const CHILD: &str = "--append";

const ROUNDS: usize = 9;
const PROCESSES: u64 = 4;
const APPENDERS: u64 = 16;
const EACH: usize = 100;

pub(crate) fn measure() -> Outcome<Vec<Bar>> {
    on_server(NAMES, TARGETS, async |server: &Server| {
        let (shared, alone) = (server.database().await, server.database().await);
        let alone_store = PostgresStore::open(&alone.url().to_string()).await?;
        let mut connection = alone.connect().await;
        make_table(&mut connection, "pool").await?;

        let all = PROCESSES * APPENDERS;
        let pool = alone.pool(POOLED).await;
        let mut pooled = Pooled::new(&pool, "pool", all.cast_signed());
        let mut in_one = ours::depositors(&alone_store, 0..all);
        let mut processes = Vec::new();
        for process in 0..PROCESSES {
            processes.push(Process::start(&shared, process * APPENDERS).await?);
        }
        let names = [
            "sqlx, a pool of 16, autocommit",
            "pericarp, one process of 64",
            "pericarp, four processes of 16",
        ];
        let (mut warm_up, mut rounds) = (Rounds::new(&names), Rounds::new(&names));
        for round in 0..=ROUNDS {
            let noted = if round == 0 {
                &mut warm_up
            } else {
                &mut rounds
            };
            noted.time_appends(0, &mut pooled, EACH).await?;
            noted.time_appends(1, &mut in_one, EACH).await?;
            noted
                .time(2, async {
                    for process in &mut processes {
                        process.stdin.write_all(b"go\n").await?;
                    }
                    for process in &mut processes {
                        process.expect("done").await?;
                    }
                    Ok(())
                })
                .await?;
        }
        let title = "PostgreSQL: append 1 event, 64 appenders";
        println!("{}", rounds.table(title, all as usize * EACH));
        let mut acknowledged = Vec::new();
        for process in processes {
            acknowledged.extend(process.end().await?);
        }
        check(&shared, acknowledged, all as usize * EACH * (ROUNDS + 1)).await?;
        Ok(vec![rounds.speed(2, 0), rounds.speed(2, 1)])
    })
}

/// A process that appends when it is told to.
struct Process {
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    async fn start(database: &Database, first: u64) -> Outcome<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(CHILD)
            .arg(database.url().to_string())
            .arg(first.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(stdin), Some(stdout)) = (stdin, stdout) else {
            return Err("a process without pipes".into());
        };
        let lines = BufReader::new(stdout).lines();
        let mut this = Self {
            child,
            stdin,
            lines,
        };
        this.expect("ready").await?;
        Ok(this)
    }

    async fn expect(&mut self, wanted: &str) -> Outcome<()> {
        match self.lines.next_line().await? {
            Some(line) if line == wanted => Ok(()),
            other => Err(format!("a process said {other:?}, not {wanted:?}").into()),
        }
    }

    /// What was acknowledged to it.
    async fn end(mut self) -> Outcome<Vec<Acknowledged>> {
        drop(self.stdin);
        let mut acknowledged = Vec::new();
        while let Some(line) = self.lines.next_line().await? {
            acknowledged.push(Acknowledged::parse(&line)?);
        }
        if self.child.wait().await?.success() {
            Ok(acknowledged)
        } else {
            Err("a process failed".into())
        }
    }
}

/// A commit of one event that a process was told is stored.
struct Acknowledged {
    position: Position,
    version: Version,
    stream: String,
}

impl Acknowledged {
    fn parse(line: &str) -> Outcome<Self> {
        let mut words = line.split(' ');
        let (Some(position), Some(version), Some(stream)) =
            (words.next(), words.next(), words.next())
        else {
            return Err(format!("a process said {line:?}").into());
        };
        Ok(Self {
            position: Position::new(position.parse()?),
            version: Version::new(version.parse()?),
            stream: stream.to_owned(),
        })
    }
}

/// The log is in strict order, and nothing that was acknowledged is missing.
async fn check(database: &Database, acknowledged: Vec<Acknowledged>, all: usize) -> Outcome<()> {
    let mut expected: HashMap<Position, Acknowledged> = acknowledged
        .into_iter()
        .map(|one| (one.position, one))
        .collect();
    if expected.len() != all {
        let count = expected.len();
        return Err(format!("{count} positions were acknowledged, not {all}").into());
    }
    let store = PostgresStore::open(&database.url().to_string()).await?;
    let mut pages = store.pages(ReadLog::all());
    let mut last = Position::START;
    let mut versions: HashMap<String, u64> = HashMap::new();
    while let Some(page) = pages.next().await? {
        for event in page.events() {
            let version = versions.entry(event.stream.to_owned()).or_default();
            *version += 1;
            let there = expected.remove(&event.position).is_some_and(|one| {
                (one.version, one.stream.as_str()) == (event.version, event.stream)
            });
            if event.position <= last || event.version.get() != *version || !there {
                return Err(format!("the log is not in order at {}", event.position).into());
            }
            last = event.position;
        }
    }
    if expected.is_empty() {
        Ok(())
    } else {
        Err(format!("{} acknowledged events are not in the log", expected.len()).into())
    }
}

/// What such a process does: appends whenever it is told to, and says in the end what was
/// acknowledged.
pub(crate) fn append(url: &str, first: u64) -> Outcome<()> {
    runtime()?.block_on(async {
        let store = PostgresStore::open(url).await?;
        let mut lines = BufReader::new(tokio::io::stdin()).lines();
        let mut acknowledged = Vec::new();
        println!("ready");
        while lines.next_line().await?.is_some() {
            let running = (first..first + APPENDERS).map(|account| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut commits = Vec::with_capacity(EACH);
                    for _ in 0..EACH {
                        commits.push(store.append(ours::commit(account, 1)?).await?);
                    }
                    Outcome::Ok(commits)
                })
            });
            for task in running.collect::<Vec<_>>() {
                acknowledged.extend(task.await??);
            }
            println!("done");
        }
        store.close().await;
        for commit in acknowledged {
            for stream in &commit.streams {
                println!("{} {} {}", commit.first, stream.last, stream.stream);
            }
        }
        Ok(())
    })
}
