//! The rules of the house, as far as a test can tell them.
