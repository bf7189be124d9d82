//! Load tests on the model in all kinds of weather. The watch holds them to the rules on the way.

use super::roam::{Roam, Trouble, Weather};
use proptest::prelude::*;
use tidegate::session::load_test::Closing;

/// So many runs of each property, unless `PROPTEST_CASES` says it.
fn cases() -> ProptestConfig {
    let config = ProptestConfig {
        failure_persistence: None,
        // A smaller seed is no smaller run.
        max_shrink_iters: 0,
        ..ProptestConfig::default()
    };
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig {
            cases: 48,
            ..config
        },
    }
}

fn ends_well(seed: u64, weather: Weather) -> Result<(), TestCaseError> {
    let mut roam = Roam::begin(seed, weather);
    roam.forth();
    roam.back();
    roam.drive.until_closed();
    let (drive, watch) = (&roam.drive, &roam.drive.watch);
    let records = || drive.story();
    prop_assert!(
        watch.broken.is_empty(),
        "{}\n{}",
        watch.broken[0],
        records()
    );
    prop_assert!(
        drive.world.nets.is_empty(),
        "{:?}\n{}",
        drive.world.nets,
        records()
    );
    if !roam.kept {
        prop_assert_eq!(roam.is_as_found(), Ok(()), "{}", records());
    }
    let clean = watch.theirs.is_empty() && !roam.kept;
    let restored = matches!(drive.closing(), None | Some(Closing::Restored));
    prop_assert!(restored || !clean, "{:?}\n{}", drive.closing(), records());
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    /// Nothing goes wrong, and consoles ask for this and that.
    #[test]
    fn a_quiet_test_ends_well(seed: u64) {
        ends_well(seed, Weather(&[Trouble::Asks]))?;
    }

    #[test]
    fn a_test_with_faults_ends_well(seed: u64) {
        ends_well(seed, Weather(&[Trouble::Faults, Trouble::Asks]))?;
    }

    #[test]
    fn a_test_that_dies_ends_well(seed: u64) {
        ends_well(seed, Weather(&[Trouble::Crashes, Trouble::Asks]))?;
    }

    #[test]
    fn a_test_that_others_edit_ends_well(seed: u64) {
        ends_well(seed, Weather(&[Trouble::Edits, Trouble::Asks]))?;
    }

    #[test]
    fn a_test_in_any_weather_ends_well(seed: u64) {
        ends_well(seed, Weather::ROUGH)?;
    }
}
