//! What only a PostgreSQL store can meet: servers and networks that fail, privileges, encryption,
//! connections that are counted.

mod cancelled;
mod counts;
mod encryption;
mod ends;
mod knobs;
mod load;
mod opening;
mod outages;
mod outcome;
mod pool;
mod refusals;
mod setting;
mod turns;
