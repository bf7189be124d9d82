//! `draw`: a function of the state. The buffer is the whole screen, cleared.

use super::overlay::Places;
use super::page::level_role;
use super::state::State;
use super::{banner, footer, header};
use crate::domain::text::Text;
use crate::model::settings::Charset;
use crate::view::ascii;
use crate::view::frame::Frame;
use crate::view::layout::{Geometry, Place};
use crate::view::put::{blank, put_role};
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
            let status = status(pane.filter(), &title.status);
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

/// The filter in force is part of what is true now.
fn status(filter: &str, status: &Text) -> Text {
    match (filter, status.as_str()) {
        ("", _) => status.clone(),
        (filter, "") => Text::clean(&format!("/{filter}")),
        (filter, status) => Text::clean(&format!("/{filter} · {status}")),
    }
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
