//! The connection as the operator sees it: lost, and back by itself.

use super::console;
use crate::support::pty::Start;

#[test]
fn missing_credentials_are_one_banner_and_polling_resumes_once_they_are_there() {
    let start = Start::console()
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY");
    let mut pty = console(start);
    pty.wait_for("no credentials");
    pty.send("?");
    pty.wait_for("help");
    pty.send("\x1b");
    let folder = pty.home().join(".aws");
    std::fs::create_dir(&folder).expect("a folder");
    let keys = "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = none\n";
    std::fs::write(folder.join("credentials"), keys).expect("a file");
    pty.wait_for("cannot be reached");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}

#[test]
fn an_endpoint_where_nobody_listens_is_said_in_the_header() {
    let mut pty = console(Start::console());
    pty.wait_for("AWS does not answer");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}
