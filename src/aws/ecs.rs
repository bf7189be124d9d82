//! ECS reads.
