//! Who is at the keyboard, as far as this machine knows.

use crate::session::record::Actor;

/// Reads environment and `/proc` once; nothing missing is an error.
pub fn actor() -> Actor {
    Actor {
        host: rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned(),
        user: user(),
        sudo_user: set("SUDO_USER"),
        login_uid: login_uid(),
        ssh_connection: set("SSH_CONNECTION"),
        tty: tty(),
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The name that the password file has for our user id: the environment may say anything.
pub fn user() -> String {
    let uid = rustix::process::getuid().as_raw().to_string();
    let file = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = file
        .lines()
        .map(|l| l.split(':').collect::<Vec<_>>())
        .find(|f| f.get(2) == Some(&uid.as_str()));
    named
        .map(|f| f[0].to_owned())
        .or_else(|| set("USER"))
        .unwrap_or_else(|| format!("uid {uid}"))
}

/// Set by `pam_loginuid` at the login; survives su and sudo. All ones: never set.
fn login_uid() -> Option<u32> {
    let text = std::fs::read_to_string("/proc/self/loginuid").ok()?;
    text.trim().parse().ok().filter(|uid| *uid != u32::MAX)
}

fn tty() -> Option<String> {
    let name = rustix::termios::ttyname(rustix::stdio::stdin(), Vec::new()).ok()?;
    Some(name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_actor_names_host_user_process_and_version() {
        let actor = super::actor();
        assert!(!actor.host.is_empty() && !actor.user.is_empty());
        assert_eq!(actor.pid, std::process::id());
        assert_eq!(actor.version, env!("CARGO_PKG_VERSION"));
    }
}
