//! WAFv2: web ACLs with their raw documents, and the detail of one rule.

pub mod document;
