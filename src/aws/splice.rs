//! One value replaced in a web ACL's raw document, and proof that nothing else differs.
