//! Output to a reader that may leave early.

use std::io::{self, ErrorKind, Write};

/// A writer that takes a closed pipe for a reader who has seen enough: the rest is dropped, and the
/// command still ends with the exit code that it would have had.
pub(crate) struct QuietPipe<W>(W);

impl<W: Write> QuietPipe<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self(inner)
    }
}

impl<W: Write> Write for QuietPipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            written => written,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            flushed => flushed,
        }
    }
}
