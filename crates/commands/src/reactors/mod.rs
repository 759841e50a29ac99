//! Reactors: what happened, turned into further commands, each exactly once.
