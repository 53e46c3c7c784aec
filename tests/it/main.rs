//! Greenroom from outside, in one binary.

mod smtp;
mod support;
