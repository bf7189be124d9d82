//! A fresh look at a subject, for dialogs and for the moment before a write.
