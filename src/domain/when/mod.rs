//! Instants, zones and durations.
