//! `tidegate session report`: what became of a load test.

use super::which::{self, Which};
use crate::cli::args::Output;
use crate::cli::environment::Environment;
use crate::cli::{Failure, Streams};

pub(super) fn run(
    which: &Which,
    output: Output,
    environment: &Environment,
    io: &mut Streams<'_>,
) -> Result<u8, Failure> {
    let (_, report) = which::report(which, environment, io)?;
    let said = match output {
        Output::Text => report.to_markdown(),
        Output::Json => report.to_json(),
    };
    io.out.write_all(said.as_bytes())?;
    Ok(0)
}
