//! `y`: the raw answer of AWS, asked for once and shown as a page when it is there.

use super::{Act, Context, common};
use crate::model::query::{Answer, Facts, Pace, Query, RawOf, Reply, Want};

/// What `y` waits for, and what came of it.
#[derive(Debug, Default)]
pub struct Raw {
    awaited: Option<RawOf>,
    decided: Vec<Act>,
}

impl Raw {
    /// Wants this one, in the place of one that did not come yet.
    pub fn ask(&mut self, of: Option<RawOf>) {
        self.awaited = of;
    }

    /// The want, while an answer is awaited.
    pub fn want(&self) -> Option<Want> {
        self.awaited.clone().map(|of| Want {
            query: Query::Raw(of),
            pace: Pace::Once,
        })
    }

    /// Takes the awaited answer.
    pub fn reply(&mut self, reply: &Reply, cx: &Context<'_>) {
        let Query::Raw(of) = &reply.query else { return };
        if self.awaited.as_ref() != Some(of) {
            return;
        }
        let act = match &reply.answer {
            Answer::Whole(Facts::Raw(json)) => Act::Page {
                title: of.name(),
                lines: json.clone(),
            },
            Answer::Failed { fault, .. } => common::say_fault(fault, cx),
            _ => return,
        };
        self.awaited = None;
        self.decided.push(act);
    }

    /// What to do now.
    pub fn decided(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.decided)
    }
}
