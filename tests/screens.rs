//! Screens: what is drawn, at the sizes people use, with the roles of the cells.

mod account;
mod autoscaling;
mod dashboard;
mod dialogs;
mod frame;
mod logs;
mod rules;
mod services;
mod session;
mod snapshots;
mod stage;
mod widgets;
