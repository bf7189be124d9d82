//! AWS's errors as faults: one table from error codes to what people read.
