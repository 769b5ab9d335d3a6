//! Parts shared by the integration tests and the programs they start.
