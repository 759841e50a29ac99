//! A stream that breaks when the peer says nothing at first, takes nothing later, or floods it with frames, and that
//! closes politely.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::frame_pace::FramePace;
use crate::refusals::{FRAME_FLOOD, Refusals};

/// How long a closed stream still takes what its peer sends, and how much. Closing over bytes that nobody read makes
/// the kernel reset the connection, and a peer that is still sending loses the answer that says why to stop.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES_MAX: usize = 16 * 1024 * 1024;
const LINGER_PIECE_BYTES: usize = 16 * 1024;

/// What HTTP/2 begins with. hyper waits for all of it, without a timer, as long as what came is its beginning.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream with limits to patience.
pub(crate) struct PatientStream<S> {
    stream: S,
    opening: Option<Opening>,
    /// Of HTTP/2, and then from its first frame on.
    frames: Option<FramePace>,
    refusals: Refusals,
    write_timeout: Duration,
    write_wait: Option<Pin<Box<Sleep>>>,
    closing: Option<Closing>,
}

/// What is left of a stream that was closed for writing.
struct Closing {
    until: Pin<Box<Sleep>>,
    bytes_left: usize,
}

/// The time until it is clear which protocol the peer speaks.
struct Opening {
    until: Pin<Box<Sleep>>,
    preface_left: &'static [u8],
}

/// What the peer's first words say.
enum Words<'a> {
    /// Nothing yet.
    NotAll,
    /// HTTP/2, and these bytes are the begin of its frames.
    Http2(&'a [u8]),
    /// Something else.
    Other,
}

impl<S> PatientStream<S> {
    /// Breaks unless the peer's first words come by `open_until`, or when it takes nothing for `write_timeout`.
    pub(crate) fn new(stream: S, open_until: Instant, write_timeout: Duration, refusals: Refusals) -> Self {
        let opening = Opening {
            until: Box::pin(sleep_until(open_until)),
            preface_left: PREFACE,
        };
        Self {
            stream,
            opening: Some(opening),
            frames: None,
            refusals,
            write_timeout,
            write_wait: None,
            closing: None,
        }
    }

    /// Passes the answer of a write on, and breaks it off when there has been none for too long.
    fn within_write_timeout<T>(
        &mut self,
        context: &mut Context<'_>,
        answer: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if answer.is_ready() {
            self.write_wait = None;
            return answer;
        }
        let timeout = self.write_timeout;
        let wait = self.write_wait.get_or_insert_with(|| Box::pin(sleep(timeout)));
        ready!(wait.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the peer takes nothing of its answer",
        )))
    }
}

impl Opening {
    /// What is clear after these further bytes.
    fn hear<'a>(&mut self, bytes: &'a [u8]) -> Words<'a> {
        if let Some(frames) = bytes.strip_prefix(self.preface_left) {
            return Words::Http2(frames);
        }
        match self.preface_left.strip_prefix(bytes) {
            // The end of what the peer sends is clear as well.
            Some(left) if !bytes.is_empty() => {
                self.preface_left = left;
                Words::NotAll
            }
            Some(_) | None => Words::Other,
        }
    }
}

impl<S> PatientStream<S> {
    /// Looks at what came, and breaks off a flood of frames.
    fn look_at(&mut self, came: &[u8]) -> io::Result<()> {
        let mut frames_came = came;
        if let Some(opening) = &mut self.opening {
            match opening.hear(came) {
                Words::NotAll => return Ok(()),
                Words::Other => self.opening = None,
                Words::Http2(frames) => {
                    self.opening = None;
                    self.frames = Some(FramePace::new(Instant::now()));
                    frames_came = frames;
                }
            }
        }
        let Some(frames) = &mut self.frames else {
            return Ok(());
        };
        frames.came(frames_came, Instant::now()).map_err(|flood| {
            self.refusals.count(FRAME_FLOOD);
            io::Error::other(flood)
        })
    }

    /// Notes what of an answer was taken.
    fn note_written(&mut self, answer: &Poll<io::Result<usize>>) {
        if let (Poll::Ready(Ok(bytes)), Some(frames)) = (answer, &mut self.frames) {
            frames.went(*bytes);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PatientStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let answer = Pin::new(&mut this.stream).poll_read(context, buffer);
        if answer.is_pending() {
            let Some(opening) = &mut this.opening else {
                return Poll::Pending;
            };
            ready!(opening.until.as_mut().poll(context));
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the peer did not say what it wants",
            )));
        }
        let came = buffer.filled().get(before..).unwrap_or_default();
        this.look_at(came)?;
        answer
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for PatientStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let answer = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_written(&answer);
        self.within_write_timeout(context, answer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let answer = Pin::new(&mut self.stream).poll_flush(context);
        self.within_write_timeout(context, answer)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.closing.is_none() {
            let answer = Pin::new(&mut this.stream).poll_shutdown(context);
            ready!(this.within_write_timeout(context, answer))?;
        }
        let closing = this.closing.get_or_insert_with(|| Closing {
            until: Box::pin(sleep(LINGER)),
            bytes_left: LINGER_BYTES_MAX,
        });
        let mut piece = [0; LINGER_PIECE_BYTES];
        while closing.bytes_left > 0 && closing.until.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut piece);
            let read = ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer));
            let came = buffer.filled().len();
            if read.is_err() || came == 0 {
                break;
            }
            closing.bytes_left = closing.bytes_left.saturating_sub(came);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let answer = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.note_written(&answer);
        self.within_write_timeout(context, answer)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
