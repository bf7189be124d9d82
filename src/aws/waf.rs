//! WAFv2 reads; documents are kept raw.
