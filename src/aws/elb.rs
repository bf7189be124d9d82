//! ELBv2 target health.
