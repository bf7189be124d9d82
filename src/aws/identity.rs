//! STS: who we are.
