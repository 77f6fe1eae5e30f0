//! What a probe makes of targets that are well, that are not, and that cannot be told: real sockets, all on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod cluster;
mod http;
mod lag;
mod load;
mod postgres;
mod rounds;
mod scene;
mod server;
mod tcp;
mod tls;
