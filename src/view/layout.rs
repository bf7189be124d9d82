//! The geometry: a pure function of size, focus, zoom, drill-in and banners.
//!
//! From 120×36 all panes at once, logs wide at the bottom; below that one pane
//! fills the body. Below 80×24 lines are given up in the order footer hints, frame, header.
//!
//! ```text
//! header
//! banners
//! ┌1───────┐┌2───────┐
//! ├3───────┤├4───────┤
//! ├5─────────────────┤
//! └──────────────────┘
//! notice
//! footer
//! ```

use ratatui::layout::Rect;

/// Whether a frame's line is its own or shared with the neighbour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Join {
    #[default]
    Free,
    Shared,
}

/// How a frame's top and bottom lines meet the neighbours'.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Joint {
    pub above: Join,
    pub below: Join,
}

/// How much of the body the focused pane takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    /// Its share.
    #[default]
    Shared,
    /// All of it: zoomed, or a drill-in is open.
    Whole,
}

/// What the geometry depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    pub size: (u16, u16),
    pub panes: usize,
    pub focus: usize,
    pub spread: Spread,
    pub banners: u16,
    pub notices: u16,
}

/// One pane's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub pane: usize,
    pub area: Rect,
    pub joint: Joint,
    /// Whether a frame is drawn around it.
    pub framed: bool,
}

impl Place {
    /// The rows and columns inside.
    pub fn inside(&self) -> Rect {
        if self.framed {
            super::frame::inside(self.area)
        } else {
            self.area
        }
    }
}

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Geometry {
    pub header: Rect,
    pub banners: Rect,
    pub body: Rect,
    pub panes: Vec<Place>,
    pub notices: Rect,
    pub footer: Rect,
}

/// From this size all panes are shown at once.
const DASHBOARD: (u16, u16) = (120, 36);

/// Computes the geometry.
pub fn geometry(shape: Shape) -> Geometry {
    let (width, height) = shape.size;
    let mut rest = Rect::new(0, 0, width, height);
    let header = from_top(&mut rest, u16::from(height >= 4));
    let footer = from_bottom(&mut rest, u16::from(height >= 3));
    let spare = rest.height.saturating_sub(3);
    let notices = from_bottom(&mut rest, shape.notices.min(spare));
    let spare = rest.height.saturating_sub(2);
    let banners = from_top(&mut rest, shape.banners.min(spare));
    Geometry {
        header,
        banners,
        body: rest,
        panes: places(shape, rest),
        notices,
        footer,
    }
}

fn from_top(rest: &mut Rect, lines: u16) -> Rect {
    let lines = lines.min(rest.height);
    let taken = Rect {
        height: lines,
        ..*rest
    };
    rest.y += lines;
    rest.height -= lines;
    taken
}

fn from_bottom(rest: &mut Rect, lines: u16) -> Rect {
    let lines = lines.min(rest.height);
    rest.height -= lines;
    Rect {
        y: rest.y + rest.height,
        height: lines,
        ..*rest
    }
}

fn places(shape: Shape, body: Rect) -> Vec<Place> {
    if body.is_empty() || shape.panes == 0 {
        return Vec::new();
    }
    let dashboard = shape.size.0 >= DASHBOARD.0 && shape.size.1 >= DASHBOARD.1;
    if dashboard && shape.spread == Spread::Shared && shape.panes > 1 {
        return dashboard_places(shape.panes, body);
    }
    let framed = body.width >= 20 && body.height >= 6;
    vec![Place {
        pane: shape.focus.min(shape.panes - 1),
        area: body,
        joint: Joint::default(),
        framed,
    }]
}

/// Pairs side by side, the last (or the odd) one wide at the bottom. Rows share a line.
fn dashboard_places(panes: usize, body: Rect) -> Vec<Place> {
    let rows = (panes - 1).div_ceil(2) + 1;
    let mut places = Vec::with_capacity(panes);
    let mut y = body.y;
    for row in 0..rows {
        let height = row_height(row, rows, body, y);
        let joint = Joint {
            above: if row == 0 { Join::Free } else { Join::Shared },
            below: if row + 1 == rows {
                Join::Free
            } else {
                Join::Shared
            },
        };
        let line = Rect { y, height, ..body };
        push_row(&mut places, (row, rows, panes), line, joint);
        y += height - 1;
    }
    places
}

/// The upper rows take a share each, the first the most; the last takes what is left.
fn row_height(row: usize, rows: usize, body: Rect, y: u16) -> u16 {
    let left = body.bottom() - y;
    if row + 1 == rows {
        return left;
    }
    let share = if row == 0 {
        body.height * 38 / 100
    } else {
        body.height * 28 / 100
    };
    let after = (rows - row - 1) as u16 * 3;
    share.clamp(4, left.saturating_sub(after).max(4))
}

fn push_row(
    places: &mut Vec<Place>,
    (row, rows, panes): (usize, usize, usize),
    line: Rect,
    joint: Joint,
) {
    let first = row * 2;
    if row + 1 == rows || first + 2 > panes - 1 {
        places.push(Place {
            pane: first.min(panes - 1),
            area: line,
            joint,
            framed: true,
        });
        return;
    }
    let half = line.width.div_ceil(2);
    places.push(Place {
        pane: first,
        area: Rect {
            width: half,
            ..line
        },
        joint,
        framed: true,
    });
    let right = Rect {
        x: line.x + half,
        width: line.width - half,
        ..line
    };
    places.push(Place {
        pane: first + 1,
        area: right,
        joint,
        framed: true,
    });
}

/// A box of at most this size in the middle of `area`, for dialogs and pages.
pub fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(width: u16, height: u16) -> Shape {
        Shape {
            size: (width, height),
            panes: 5,
            ..Shape::default()
        }
    }

    #[test]
    fn from_120_by_36_all_panes_are_shown_with_the_last_one_wide() {
        let g = geometry(shape(120, 36));
        assert_eq!(g.panes.len(), 5);
        assert_eq!(g.panes[4].area.width, 120);
        assert_eq!(g.panes[0].area.width, 60);
        assert!(
            g.panes.iter().all(|p| p.inside().height >= 7),
            "{:?}",
            g.panes
        );
    }

    #[test]
    fn below_that_the_focused_pane_fills_the_body() {
        let g = geometry(Shape {
            focus: 3,
            ..shape(119, 36)
        });
        assert_eq!(g.panes.iter().map(|p| p.pane).collect::<Vec<_>>(), [3]);
        assert_eq!(g.panes[0].area.height, 34);
    }

    #[test]
    fn zoom_gives_the_focused_pane_the_whole_body() {
        let g = geometry(Shape {
            focus: 1,
            spread: Spread::Whole,
            ..shape(200, 60)
        });
        assert_eq!((g.panes.len(), g.panes[0].pane), (1, 1));
    }

    #[test]
    fn one_cell_still_shows_a_pane() {
        let g = geometry(Shape {
            banners: 2,
            notices: 1,
            ..shape(1, 1)
        });
        assert_eq!(g.panes[0].area, Rect::new(0, 0, 1, 1));
    }

    fn rects(g: &Geometry) -> Vec<Rect> {
        let mut all = vec![g.header, g.banners, g.notices, g.footer];
        all.extend(g.panes.iter().map(|p| p.area));
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn everything_lies_on_the_screen(
            width in 0_u16..=250, height in 0_u16..=80, panes in 0_usize..9, focus in 0_usize..9,
            banners in 0_u16..6, notices in 0_u16..4, whole: bool,
        ) {
            let spread = if whole { Spread::Whole } else { Spread::Shared };
            let g = geometry(Shape { size: (width, height), panes, focus, spread, banners, notices });
            let screen = Rect::new(0, 0, width, height);
            for r in rects(&g).into_iter().filter(|r| !r.is_empty()) {
                prop_assert_eq!(r.intersection(screen), r);
            }
            prop_assert_eq!(g.panes.is_empty(), panes == 0 || width == 0 || height == 0);
            for place in &g.panes {
                prop_assert!(place.pane < panes);
            }
        }

        #[test]
        fn panes_never_overlap_but_for_a_shared_line(width in 120_u16..=250, height in 36_u16..=80, banners in 0_u16..4) {
            let g = geometry(Shape { banners, ..shape(width, height) });
            for (i, a) in g.panes.iter().enumerate() {
                for b in &g.panes[i + 1..] {
                    prop_assert!(a.inside().intersection(b.inside()).is_empty());
                }
            }
        }
    }
}
