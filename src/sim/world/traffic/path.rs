//! What is asked for.

use super::super::flow::{Batch, Client};
use fastrand::Rng;

/// Doors that a scanner tries.
pub const DOORS: [&str; 4] = ["/admin", "/admin/login", "/.env", "/wp-login.php"];

/// How often of a hundred, method, path.
const PATHS: [(u32, &str, &str); 11] = [
    (20, "GET", "/api/tasks"),
    (19, "GET", "/api/monthly-tasks"),
    (17, "GET", "/api/apples"),
    (10, "GET", "/api/calendars"),
    (9, "POST", "/api/monthly-tasks"),
    (8, "GET", "/api/events"),
    (6, "POST", "/api/apples"),
    (5, "PUT", "/api/tasks/7341"),
    (3, "DELETE", "/api/tasks/7341"),
    (2, "GET", "/manage/dashboard"),
    (1, "GET", "/favicon.ico"),
];

/// Requests of one client to a path that people like.
pub fn visit(rng: &mut Rng, client: Client, requests: u32) -> Batch {
    let mut ticket = rng.u32(0..100);
    let mut found = PATHS[0];
    for row in PATHS {
        found = row;
        if ticket < row.0 {
            break;
        }
        ticket -= row.0;
    }
    Batch {
        client,
        method: found.1,
        path: found.2,
        requests,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_a_hundred() {
        assert_eq!(PATHS.iter().map(|row| row.0).sum::<u32>(), 100);
    }
}
