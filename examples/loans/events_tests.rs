//! What is stored stays readable.

use crate::application::LoanApplication;

#[test]
fn events_are_locked() {
    pericarp::schema![LoanApplication].check("loans/events.lock");
}
