//! CloudFront: which distributions a web ACL protects.
