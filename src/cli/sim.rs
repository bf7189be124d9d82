//! `tidegate sim`: the simulated account for any AWS client on this machine.

use super::{Failure, Streams, value};
use crate::domain::fault::{Fault, FaultKind};
use crate::runtime::sim;
use crate::sim::control;
use crate::sim::desk::Setup;
use crate::sim::pace::{FASTEST, Speed};
use crate::sim::throttle::Throttling;
use crate::sim::world::Config;
use std::net::SocketAddr;

/// What the world is like, for `sim` and `--demo`.
#[derive(Clone, Debug, Default, PartialEq, clap::Args)]
pub struct WorldArgs {
    /// Start from this number: the same one brings the same history
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,

    /// Let time run so many times as fast, from 0.1 to 1000
    #[arg(long, value_name = "TIMES", value_parser = speed)]
    pub speed: Option<f64>,

    /// Furnish the cluster with so many services, from 3 to 5000
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(3..=5_000))]
    pub services: Option<u32>,

    /// Write so many log events a second, whatever the traffic
    #[arg(long, value_name = "NUMBER", value_parser = rate)]
    pub log_rate: Option<f64>,

    /// Start with the load generator at so many times the ordinary traffic
    #[arg(long, value_name = "TIMES", value_parser = load)]
    pub load: Option<f64>,
}

fn speed(text: &str) -> Result<f64, String> {
    control::number(text, 0.1, FASTEST)
}

fn rate(text: &str) -> Result<f64, String> {
    control::number(text, 0.0, 100_000.0)
}

fn load(text: &str) -> Result<f64, String> {
    control::number(text, 0.0, 100.0)
}

/// So many seconds the account has lived when it is first looked at: CloudWatch's counts,
/// which come by whole minutes, show what goes on at once.
const LIVED: u32 = 150;

impl WorldArgs {
    /// The account that these flags describe.
    pub fn setup(&self, region: Option<&str>) -> Setup {
        let usual = Config::default();
        let config = Config {
            region: region.map_or(usual.region, str::to_owned),
            seed: self.seed.unwrap_or(usual.seed),
            services: self
                .services
                .map_or(usual.services, |services| services as usize),
            log_rate: self.log_rate,
            load: self.load.unwrap_or(usual.load),
            lived: LIVED,
            ..usual
        };
        Setup {
            config,
            speed: Speed::Times(self.speed.unwrap_or(1.0)),
            ..Setup::default()
        }
    }
}

/// What `tidegate sim` takes.
#[derive(Clone, Debug, clap::Args)]
pub struct SimArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4566")]
    pub listen: SocketAddr,

    /// Allow --listen to be an address that others can reach
    #[arg(long)]
    pub listen_anywhere: bool,

    #[command(flatten)]
    pub world: WorldArgs,

    /// Answer every call, however many there are
    #[arg(long)]
    pub no_throttling: bool,

    /// Keep so many MiB of log events, the newest, from 1 to 4096
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(1..=4_096))]
    pub log_memory: Option<u32>,

    /// Trouble from the start, such as "throttle ecs:DescribeServices 3"; may be given again
    #[arg(long, value_name = "FAULT", value_parser = fault)]
    pub fault: Vec<crate::sim::fault::Fault>,
}

fn fault(text: &str) -> Result<crate::sim::fault::Fault, String> {
    control::fault(&text.split_whitespace().collect::<Vec<_>>())
}

/// Serves until it is told to end.
pub fn run(args: &SimArgs, region: Option<&str>, io: &mut Streams<'_>) -> Result<u8, Failure> {
    check_address(args)?;
    let region = region.map(home).transpose()?;
    let mut setup = args.world.setup(region.as_deref());
    setup.faults.clone_from(&args.fault);
    if let Some(mib) = args.log_memory {
        setup.config.log_memory = (mib as usize) << 20;
    }
    if args.no_throttling {
        setup.throttling = Throttling::Off;
    }
    let listener = sim::bind(args.listen)?;
    let at = listener.local_addr()?;
    let hello = hello(at, &setup.config.region);
    let Streams { out, err } = io;
    let hello = || {
        out.write_all(hello.as_bytes())?;
        out.flush()
    };
    // Nobody may read it; the account is served all the same.
    let tell = |line: &str| _ = writeln!(err, "tidegate sim: {line}");
    sim::serve(setup, listener, hello, tell)?;
    Ok(0)
}

/// Whoever reaches it may change everything in it, and is not asked who he is.
fn check_address(args: &SimArgs) -> Result<(), Fault> {
    if args.listen.ip().is_loopback() || args.listen_anywhere {
        return Ok(());
    }
    let what = format!("{} is not a loopback address", args.listen);
    Err(Fault::new(FaultKind::Usage, what)
        .means(
            "Whoever reaches the simulated account may change it; it asks for no real credentials",
        )
        .next("Listen on 127.0.0.1 — or add --listen-anywhere if others are to reach it"))
}

/// The furnished region.
pub fn home(region: &str) -> Result<String, Fault> {
    let wrong = |what: &str, mend: String| {
        Fault::new(FaultKind::Usage, format!("--region {region:?} {what}")).next(mend)
    };
    let region = value::region(region).map_err(|refusal| wrong(&refusal.what, refusal.mend))?;
    if crate::sim::wire::route::is_region(&region) {
        return Ok(region);
    }
    Err(wrong(
        "is not simulated",
        "Choose a commercial region, such as eu-central-1".to_owned(),
    ))
}

fn hello(at: SocketAddr, region: &str) -> String {
    format!(
        "# The simulated account listens on {at}. Ctrl-C ends it. For a shell:\n\
         export AWS_ENDPOINT_URL=http://{at}\n\
         export AWS_REGION={region} AWS_DEFAULT_REGION={region}\n\
         export AWS_ACCESS_KEY_ID=simulated AWS_SECRET_ACCESS_KEY=simulated\n\
         # Live tails: clients put \"stream-\" before the host; in boto3 use Config(inject_host_prefix=False).\n"
    )
}
