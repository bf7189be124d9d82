//! The widgets on their own.

use crate::support::screen::{drawn, rendered, role_at};
use tidegate::model::settings::Settings;
use tidegate::model::time::Now;
use tidegate::view::frame::Frame;
use tidegate::view::layout::Joint;
use tidegate::view::theme::Role;

#[test]
fn a_focused_frame_shows_its_focus_by_role() {
    let buf = drawn(
        (40, 4),
        &Settings::default(),
        Now::START,
        |paint, area, buf| {
            let frame = Frame {
                number: Some(3),
                name: "Rate rules ─ orchard-edge",
                status: "1 open",
                joint: Joint::default(),
            };
            frame.draw(paint, area, buf);
        },
    );
    assert_eq!(role_at(&buf, 0, 1), Some(Role::FrameFocus));
    insta::assert_snapshot!(rendered(&buf));
}
