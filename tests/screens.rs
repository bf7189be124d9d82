//! Screens: what is drawn, at the sizes people use, with the roles of the cells.

mod widgets;
