//! Somebody else was there between our change and its undo.

use super::stage::{Hands, Stage};

const THEIRS: &str = "
wafv2 = client('wafv2')
at, = wafv2.list_web_acls(Scope='REGIONAL')['WebACLs']
whole = wafv2.get_web_acl(Name=at['Name'], Id=at['Id'], Scope='REGIONAL')
acl = whole['WebACL']
acl['Rules'][0]['Action'] = {'Challenge': {}}
kept = {k: acl[k] for k in ('Name', 'Id', 'DefaultAction', 'Description', 'VisibilityConfig', 'CustomResponseBodies', 'Rules')}
wafv2.update_web_acl(Scope='REGIONAL', LockToken=whole['LockToken'], **kept)
";

#[test]
fn what_somebody_else_changed_since_is_shown_three_ways_and_kept() {
    let stage = Stage::new();
    let mut console = stage.console();
    console.send("3t");
    console.without_an_end();
    console.confirm("apply");
    console.wait_for("Done and verified: per-ip-1000");
    stage.account.python(THEIRS);
    let theirs = stage.truth();
    stage.proxy.forget();
    console.undo();
    console.wait_for("Changed by somebody else");
    let shown = console.screen();
    let after = |label: &str| {
        shown
            .lines()
            .find_map(|l| Some(l.split_once(label)?.1.to_owned()))
            .unwrap_or_default()
    };
    assert!(
        after(" before ").contains("429")
            && after(" ours ").contains("Count")
            && after(" now ").contains("Challenge"),
        "{shown}"
    );
    console.wait_for("t keep theirs");
    console.bytes_within(std::time::Duration::from_millis(800));
    console.send("t");
    console.wait_for("→ keep theirs");
    console.confirm("apply these decisions");
    console.wait_for("Undone: ");
    assert_eq!(stage.proxy.writes().len(), 0, "{:?}", stage.proxy.writes());
    assert_eq!(stage.truth(), theirs);
    console.send("u");
    console.wait_for("Nothing to undo");
    console.quit();
}
