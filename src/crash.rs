//! Crash points: places where a test can make the program die, as power or SIGKILL would.

/// Dies here if `TIDEGATE_CRASH` names this point (`name`, or `name:3` for the third time).
/// Does nothing in a release build.
pub fn point(name: &str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Fails here with the system error that `TIDEGATE_FAIL` names (`name=28`, an errno; `name=28:3` from
/// the third time on), from then on.
/// Never fails in a release build.
pub fn fail(name: &str) -> std::io::Result<()> {
    #[cfg(debug_assertions)]
    return armed::fail(name);
    #[cfg(not(debug_assertions))]
    {
        let _ = name;
        Ok(())
    }
}

#[cfg(debug_assertions)]
mod armed {
    use std::collections::BTreeMap;
    use std::sync::{LazyLock, Mutex, PoisonError};

    static WANTED: LazyLock<Option<(String, u32)>> =
        LazyLock::new(|| parse(&std::env::var("TIDEGATE_CRASH").ok()?));
    static FAILING: LazyLock<Option<Failing>> =
        LazyLock::new(|| Failing::parse(&std::env::var("TIDEGATE_FAIL").ok()?));
    static PASSED: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

    /// What fails, how, and from which time on.
    #[derive(Debug, PartialEq, Eq)]
    pub(super) struct Failing {
        pub name: String,
        pub errno: i32,
        pub from: u32,
    }

    impl Failing {
        pub(super) fn parse(value: &str) -> Option<Self> {
            let (name, how) = value.split_once('=')?;
            let (errno, from) = parse(how)?;
            Some(Self {
                name: name.to_owned(),
                errno: errno.parse().ok()?,
                from,
            })
        }
    }

    pub(super) fn parse(value: &str) -> Option<(String, u32)> {
        match value.split_once(':') {
            Some((name, n)) => Some((name.to_owned(), n.parse().ok()?)),
            None => Some((value.to_owned(), 1)),
        }
    }

    /// Aborting runs no destructor and flushes nothing: what a SIGKILL leaves behind. `any` counts every point.
    pub(super) fn pass(name: &str) {
        let Some((wanted, nth)) = &*WANTED else {
            return;
        };
        if wanted != "any" && wanted != name {
            return;
        }
        if count(wanted) == *nth {
            std::process::abort();
        }
    }

    fn count(name: &str) -> u32 {
        let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
        let count = passed.entry(name.to_owned()).or_default();
        *count += 1;
        *count
    }

    pub(super) fn fail(name: &str) -> std::io::Result<()> {
        match &*FAILING {
            Some(one) if one.name == name && count(name) >= one.from => {
                Err(std::io::Error::from_raw_os_error(one.errno))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::armed::{Failing, parse};

    #[test]
    fn a_point_is_named_alone_or_with_a_count() {
        assert_eq!(parse("sent"), Some(("sent".to_owned(), 1)));
        assert_eq!(parse("sent:3"), Some(("sent".to_owned(), 3)));
        assert_eq!(parse("sent:x"), None);
    }

    #[test]
    fn a_failure_begins_at_once_or_at_its_time() {
        let failing = |from| Failing {
            name: "sync".to_owned(),
            errno: 5,
            from,
        };
        assert_eq!(Failing::parse("sync=5"), Some(failing(1)));
        assert_eq!(Failing::parse("sync=5:3"), Some(failing(3)));
        assert_eq!(Failing::parse("sync"), None);
    }
}
