//! `draw`: a function of the state. The buffer is the whole screen, cleared.

use super::overlay::Places;
use super::page::level_role;
use super::state::State;
use super::{banner, footer, header};
use crate::domain::text::Text;
use crate::model::settings::Charset;
use crate::view::ascii;
use crate::view::frame::{BESIDE, FILTER, Frame};
use crate::view::layout::{Geometry, Place};
use crate::view::put::{blank, head, put_role, width};
use crate::view::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// Draws everything; answers where the text cursor stands, if anywhere.
pub fn draw(state: &State, buf: &mut Buffer) -> Option<Position> {
    let geometry = state.geometry();
    let paint = state.paint(false);
    blank(buf, buf.area, paint.style(Role::Body));
    header::draw(state, &paint, geometry.header, buf);
    if !geometry.banners.is_empty() {
        banner::draw(&state.banners(), &paint, geometry.banners, buf);
    }
    draw_panes(state, &geometry, buf);
    draw_notice(state, geometry.notices, buf);
    footer::draw(state, &paint, geometry.footer, buf);
    let cursor = draw_overlays(state, &geometry, buf);
    if state.settings.charset == Charset::Ascii {
        ascii::plain(buf);
    }
    cursor
}

fn draw_panes(state: &State, geometry: &Geometry, buf: &mut Buffer) {
    for place in &geometry.panes {
        draw_pane(state, place, buf);
    }
}

fn draw_pane(state: &State, place: &Place, buf: &mut Buffer) {
    let pane = &state.panes[place.pane];
    let paint = state.paint(place.pane == state.desk.focus);
    state.with_context(|cx| {
        if place.framed {
            let title = pane.title(cx);
            let beside = BESIDE + width(title.name.as_str()) + 2;
            let room = usize::from(place.area.width).saturating_sub(beside);
            let status = status(pane.filter(), title.status.as_str(), room);
            let number = Some(place.pane as u8 + 1);
            let frame = Frame {
                number,
                name: title.name.as_str(),
                status: status.as_str(),
                joint: place.joint,
            };
            frame.draw(&paint, place.area, buf);
        }
        pane.draw(&paint, cx, place.inside().intersection(buf.area), buf);
    });
}

/// The filter in force is part of what is true now; a long one gives way to the rest of it.
fn status(filter: &str, status: &str, room: usize) -> Text {
    match (filter, status) {
        ("", status) => Text::clean(status),
        (filter, "") => Text::clean(&format!("/{filter}")),
        (filter, status) => {
            let left = room.saturating_sub(width(status) + 4).max(FILTER);
            Text::clean(&format!("/{} · {status}", cut(filter, left)))
        }
    }
}

fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    format!("{}…", head(text, room.saturating_sub(1)).0)
}

fn draw_notice(state: &State, area: Rect, buf: &mut Buffer) {
    let (Some(notice), false) = (state.news.notice(), area.is_empty()) else {
        return;
    };
    let role = level_role(notice.level);
    put_role(
        buf,
        (area.x, area.y),
        area.width,
        &format!(" {}", notice.text),
        role,
        &state.paint(false),
    );
}

/// Draws the stack, the top last; the text cursor is the top's.
fn draw_overlays(state: &State, geometry: &Geometry, buf: &mut Buffer) -> Option<Position> {
    let screen = Rect::new(0, 0, state.size.0, state.size.1).intersection(buf.area);
    let bottom = Rect {
        y: screen.bottom().saturating_sub(1),
        height: screen.height.min(1),
        ..screen
    };
    let line = if geometry.footer.is_empty() {
        bottom
    } else {
        geometry.footer.intersection(buf.area)
    };
    let body = geometry.body.union(geometry.notices).intersection(buf.area);
    let places = Places { screen, body, line };
    let paint = state.paint(true);
    let mut cursor = None;
    for overlay in &state.overlays {
        cursor = overlay.popup().draw(state, &paint, places, buf);
    }
    cursor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_filter_gives_way_to_what_is_true_of_the_rows() {
        let filter = "path=/api/orders status>=500";
        let said = |room| status(filter, "9 dropped · 0.60 USD/h", room);
        assert_eq!(
            said(60).as_str(),
            "/path=/api/orders status>=500 · 9 dropped · 0.60 USD/h"
        );
        for room in [46, 0] {
            assert_eq!(
                said(room).as_str(),
                "/path=/api/orders st… · 9 dropped · 0.60 USD/h"
            );
        }
        assert_eq!(status(filter, "", 3).as_str(), format!("/{filter}"));
    }
}
