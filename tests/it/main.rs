//! Greenroom from outside, in one binary.

mod layers;
mod smtp;
mod support;
