//! The thin binary: arguments in, exit code out.

use std::io;
use std::process::ExitCode;
use tidegate::cli::{Environment, Streams, run};

fn main() -> ExitCode {
    let environment: Environment = std::env::vars_os().collect();
    let (mut out, mut err) = (io::BufWriter::new(io::stdout()), io::stderr());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
    };
    ExitCode::from(run(std::env::args_os(), &environment, &mut streams))
}
