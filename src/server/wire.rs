//! The connection below HTTP: what hyper answers by itself gets our headers here.
//!
//! A head that can't be read (RFC 9112 section 2.2) never becomes a request: hyper answers 400, 414 or 431 with a bare head of
//! its own, and offers no way to say more. It writes that head alone and closes the connection, so here it is known.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};

use crate::app::INSTANCE_HEADER;

/// A connection on which no answer leaves without our headers.
pub(super) struct Wire<IO> {
    io: IO,
    headers: Arc<str>,
    /// A head that got them, and how much of it has left.
    sealed: Option<(Vec<u8>, usize)>,
}

impl<IO> Wire<IO> {
    /// `headers` as they stand in a head: each a line with its end.
    pub(super) const fn new(io: IO, headers: Arc<str>) -> Self {
        Self {
            io,
            headers,
            sealed: None,
        }
    }
}

/// Whether this is a whole head of a refusal that did not come from us: all of ours name their Greenroom.
fn is_bare(octets: &[u8]) -> bool {
    let refuses = octets.starts_with(b"HTTP/1.") && octets.get(8..10) == Some(b" 4");
    let name = INSTANCE_HEADER.as_bytes();
    refuses && octets.ends_with(b"\r\n\r\n") && !octets.windows(name.len()).any(|part| part == name)
}

impl<IO: Write + Unpin> Write for Wire<IO> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.sealed.is_none() && is_bare(octets) {
            let head = octets.strip_suffix(b"\r\n").unwrap_or(octets);
            let sealed = [head, this.headers.as_bytes(), b"\r\n"].concat();
            this.sealed = Some((sealed, 0));
        }
        let Some((sealed, written)) = &mut this.sealed else {
            return Pin::new(&mut this.io).poll_write(context, octets);
        };
        while let Some(rest) = sealed.get(*written..).filter(|rest| !rest.is_empty()) {
            let count = ready!(Pin::new(&mut this.io).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *written += count;
        }
        this.sealed = None;
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match parts {
            [head] => self.poll_write(context, head),
            _ => Pin::new(&mut self.get_mut().io).poll_write_vectored(context, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }
}

impl<IO: Read + Unpin> Read for Wire<IO> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        room: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(context, room)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", true)]
    #[case("HTTP/1.0 431 Request Header Fields Too Large\r\n\r\n", true)]
    #[case("HTTP/1.1 404 Not Found\r\ngreenroom-instance: 1\r\n\r\n", false)]
    #[case("HTTP/1.1 100 Continue\r\n\r\n", false)]
    #[case("HTTP/1.1 200 OK\r\n\r\n", false)]
    #[case("HTTP/1.1 400 Bad Request\r\n\r\nand a body", false)]
    #[case("", false)]
    fn only_a_refusal_that_is_not_ours_lacks_our_headers(#[case] octets: &str, #[case] bare: bool) {
        assert_eq!(is_bare(octets.as_bytes()), bare);
    }
}
