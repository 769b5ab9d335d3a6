/// A command is handled by the aggregate it is for.
#[derive(Debug)]
pub struct ByAggregate;

/// A query is handled by the read model it is asked of.
#[derive(Debug)]
pub struct ByReadModel;
