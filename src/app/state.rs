//! The whole state of the console. Not Clone: there is one.

use super::news::News;
use super::overlay::Overlay;
use super::session::Sessions;
use super::work::Work;
use crate::domain::ecs::Service;
use crate::domain::fault::Fault;
use crate::domain::ids::{ProfileName, Region};
use crate::domain::text::Text;
use crate::model::keymap::Keymap;
use crate::model::query::Epoch;
use crate::model::settings::{Mode, Settings};
use crate::model::verb::{Place, Verb};
use crate::panes::{self, Context, Pane};
use crate::view::layout::{Geometry, Shape, Spread, geometry};
use crate::view::paint::Paint;
use crate::view::theme::Theme;
use crossterm::event::KeyEvent;
use std::sync::Arc;

/// Everything the console knows and shows.
#[derive(Debug)]
pub struct State {
    pub settings: Settings,
    pub keymap: Keymap,
    /// All themes; the first is in use.
    pub themes: Vec<Theme>,
    pub size: (u16, u16),
    pub(super) panes: Vec<Box<dyn Pane>>,
    pub(super) desk: Desk,
    pub(super) news: News,
    pub(super) work: Work,
    pub(super) sessions: Sessions,
    pub(super) overlays: Vec<Overlay>,
    pub(super) epoch: Epoch,
    /// What to go back to when the clients cannot be rebuilt.
    pub(super) before_switch: Option<Box<Settings>>,
}

/// What the operator's hands are on.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub focus: usize,
    pub zoom: Spread,
    /// The beginning of a key sequence.
    pub pressed: Vec<KeyEvent>,
    /// The value of `:scale N`, for the dialog that opens next.
    pub wish: Option<String>,
}

impl State {
    /// The state before anything is known.
    pub fn new(settings: Settings, keymap: Keymap, themes: Vec<Theme>, size: (u16, u16)) -> Self {
        Self::with_panes(settings, keymap, themes, size, panes::all())
    }

    /// As [`State::new`], with other panes.
    pub fn with_panes(
        settings: Settings,
        keymap: Keymap,
        mut themes: Vec<Theme>,
        size: (u16, u16),
        panes: Vec<Box<dyn Pane>>,
    ) -> Self {
        if themes.is_empty() {
            themes.push(Theme::default());
        }
        let mut news = News::default();
        news.cluster.clone_from(&settings.cluster);
        let mut state = Self {
            settings,
            keymap,
            themes,
            size,
            panes,
            desk: Desk::default(),
            news,
            work: Work::default(),
            sessions: Sessions::default(),
            overlays: Vec::new(),
            epoch: Epoch::default(),
            before_switch: None,
        };
        state.fit_panes();
        state
    }

    /// Replies of another epoch are dropped.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Whether an order is with the carrier: leaving now leaves it half told.
    pub fn is_busy(&self) -> bool {
        self.work.is_busy()
    }

    /// Why the journal could not be written, and where the record went instead.
    pub fn broken_journal(&self) -> Option<&Fault> {
        self.work.broken.as_ref()
    }

    /// The place whose keys count: that of the overlay on top where it has one, else of the focused pane.
    pub fn place(&self) -> Place {
        let top = self.overlays.last().and_then(|top| top.popup().place());
        let pane = || self.focused().map(Pane::place);
        top.or_else(pane).unwrap_or(Place::Anywhere)
    }

    pub(super) fn focused(&self) -> Option<&dyn Pane> {
        self.panes.get(self.desk.focus).map(AsRef::as_ref)
    }

    pub(super) fn may_write(&self) -> bool {
        self.settings.mode == Mode::Write
    }

    pub(super) fn selected_service(&self) -> Option<Arc<Service>> {
        self.panes.iter().find_map(|pane| pane.service().cloned())
    }

    /// Calls `look` with what panes may see.
    pub(super) fn with_context<T>(&self, look: impl FnOnce(&Context<'_>) -> T) -> T {
        let service = self.selected_service();
        look(&Context {
            now: self.news.now,
            settings: &self.settings,
            cluster: self.news.cluster.as_ref(),
            service: service.as_ref(),
            link: &self.news.link,
        })
    }

    /// Lets every pane act on something.
    pub(super) fn each_pane(&mut self, mut act: impl FnMut(&mut dyn Pane, &Context<'_>)) {
        let service = self.selected_service();
        let cx = Context {
            now: self.news.now,
            settings: &self.settings,
            cluster: self.news.cluster.as_ref(),
            service: service.as_ref(),
            link: &self.news.link,
        };
        for pane in &mut self.panes {
            act(pane.as_mut(), &cx);
        }
    }

    /// Lets the pane at `index` act; `None` where there is no such pane.
    pub(super) fn with_pane<T>(
        &mut self,
        index: usize,
        act: impl FnOnce(&mut dyn Pane, &Context<'_>) -> T,
    ) -> Option<T> {
        let service = self.selected_service();
        let cx = Context {
            now: self.news.now,
            settings: &self.settings,
            cluster: self.news.cluster.as_ref(),
            service: service.as_ref(),
            link: &self.news.link,
        };
        self.panes
            .get_mut(index)
            .map(|pane| act(pane.as_mut(), &cx))
    }

    /// Lets the focused pane act.
    pub(super) fn with_focused<T>(
        &mut self,
        act: impl FnOnce(&mut dyn Pane, &Context<'_>) -> T,
    ) -> Option<T> {
        self.with_pane(self.desk.focus, act)
    }

    pub(super) fn index_of(&self, place: Place) -> Option<usize> {
        self.panes.iter().position(|pane| pane.place() == place)
    }

    pub(super) fn pane(&self, place: Place) -> Option<&dyn Pane> {
        let at = self.index_of(place)?;
        self.panes.get(at).map(AsRef::as_ref)
    }

    /// What a verb does in a place.
    pub(super) fn means(&self, place: Place, verb: Verb) -> &'static str {
        self.pane(place)
            .map_or_else(|| verb.help(), |pane| pane.means(verb))
    }

    /// Whether a verb of everywhere does something of its own there.
    pub(super) fn renames(&self, place: Place, verb: Verb) -> bool {
        self.means(place, verb) != verb.help()
    }

    /// Where everything stands now.
    pub(super) fn geometry(&self) -> Geometry {
        geometry(Shape {
            size: self.size,
            panes: self.panes.len(),
            focus: self.desk.focus,
            spread: self.spread(),
            banners: self.banners().len() as u16,
            notices: u16::from(self.news.notice().is_some()),
        })
    }

    fn spread(&self) -> Spread {
        if self.focused().is_some_and(Pane::drilled) {
            Spread::Whole
        } else {
            self.desk.zoom
        }
    }

    /// Tells the panes on the screen their sizes.
    pub(super) fn fit_panes(&mut self) {
        for place in self.geometry().panes {
            let inside = place.inside();
            self.panes[place.pane].resize(inside.width, inside.height);
        }
    }

    pub(super) fn paint(&self, focused: bool) -> Paint<'_> {
        Paint {
            theme: &self.themes[0],
            settings: &self.settings,
            now: self.news.now,
            focused,
        }
    }

    /// The account for people, by its alias and its number. An alias that the profile's name says already is left out.
    pub(super) fn account(&self) -> Text {
        let Some(identity) = &self.news.identity else {
            return Text::fixed("account not known yet");
        };
        let number = identity.account.text();
        let profile = self.settings.profile.as_ref().map(ProfileName::text);
        match self
            .news
            .alias
            .as_ref()
            .filter(|a| Some(*a) != profile.as_ref())
        {
            Some(alias) => Text::clean(&format!("{alias} {number}")),
            None => number,
        }
    }

    /// The region for people.
    pub(super) fn region(&self) -> Text {
        let region = self.home();
        region.map_or_else(|| Text::fixed("region not known yet"), Region::text)
    }

    /// The region that is looked at, once it is known.
    pub(super) fn home(&self) -> Option<&Region> {
        let place = self.news.place.as_ref().map(|place| &place.region);
        place.or(self.settings.region.as_ref())
    }

    /// An endpoint that is not AWS's own.
    pub(super) fn endpoint(&self) -> Option<&Text> {
        self.news
            .place
            .as_ref()
            .and_then(|p| p.endpoint.as_ref())
            .or(self.settings.endpoint.as_ref())
    }

    /// The profile for people.
    pub(super) fn profile(&self) -> Text {
        self.settings
            .profile
            .as_ref()
            .map_or_else(|| Text::fixed("default"), ProfileName::text)
    }
}
