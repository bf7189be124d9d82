//! Crash points: places where a test can make the program die, as power or SIGKILL would.

/// Dies here if `TIDEGATE_CRASH` names this point (`name`, or `name:3` for the third time).
/// Does nothing in a release build.
pub fn point(name: &str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Fails here with the system error that `TIDEGATE_FAIL` names (`name=28`, an errno), from then on.
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
    static FAILING: LazyLock<Option<(String, i32)>> = LazyLock::new(|| {
        let value = std::env::var("TIDEGATE_FAIL").ok()?;
        let (name, errno) = value.split_once('=')?;
        Some((name.to_owned(), errno.parse().ok()?))
    });
    static PASSED: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

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
        let mut passed = PASSED.lock().unwrap_or_else(PoisonError::into_inner);
        let count = passed.entry(wanted.clone()).or_default();
        *count += 1;
        if *count == *nth {
            std::process::abort();
        }
    }

    pub(super) fn fail(name: &str) -> std::io::Result<()> {
        match &*FAILING {
            Some((wanted, errno)) if wanted == name => {
                Err(std::io::Error::from_raw_os_error(*errno))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::armed::parse;

    #[test]
    fn a_point_is_named_alone_or_with_a_count() {
        assert_eq!(parse("sent"), Some(("sent".to_owned(), 1)));
        assert_eq!(parse("sent:3"), Some(("sent".to_owned(), 3)));
        assert_eq!(parse("sent:x"), None);
    }
}
