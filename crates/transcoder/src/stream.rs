//! The answer of an RPC that streams, written while it comes.
//!
//! An error after the first message can no longer change the HTTP status, so it is the last frame of the body.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, sleep_until};
use tonic::Code;

use crate::accept::StreamForm;
use crate::answer;
use crate::failure::Failure;
use crate::frames::{self, FrameError, Frames};
use crate::route::{AnswerForm, Route};
use crate::served::Served;

/// Messages that are ready together go out together, up to about this size.
const CHUNK_BYTES: usize = 16 * 1024;

/// What an event stream says when it has been silent for a while, so that nobody between takes it for dead.
const SSE_COMMENT: &[u8] = b": keep-alive\n\n";

/// A stream of raw bytes has no place for an error but to break off.
#[derive(Debug, thiserror::Error)]
#[error("the call failed after the answer had begun")]
struct BrokenOff;

/// Everything that one streaming answer needs.
pub(crate) struct StreamingAnswer {
    pub(crate) served: Arc<Served>,
    /// Index of the route.
    pub(crate) route: usize,
    pub(crate) frames: Frames,
    /// The first message, where one came in time.
    pub(crate) first: Option<Bytes>,
    pub(crate) form: StreamForm,
    pub(crate) deadline: Instant,
    pub(crate) timeout: Duration,
}

enum Next {
    Message(Bytes),
    Silence,
    End,
    Failed(Failure),
}

struct Writer {
    answer: StreamingAnswer,
    messages: u64,
    ended: bool,
    /// The body must not end as if it were whole.
    broken: bool,
}

impl StreamingAnswer {
    /// A body that follows the call; dropping it ends the call.
    pub(crate) fn into_body(self) -> Body {
        let writer = Writer {
            answer: self,
            messages: 0,
            ended: false,
            broken: false,
        };
        Body::from_stream(futures_util::stream::unfold(writer, |mut writer| async {
            let chunk = writer.chunk().await?;
            Some((chunk, writer))
        }))
    }

    async fn next(&mut self, keep_alive: Option<Duration>) -> Next {
        if let Some(first) = self.first.take() {
            return Next::Message(first);
        }
        // A service that always has a message ready never lets the timer below have its turn.
        if Instant::now() >= self.deadline {
            return Next::Failed(self.served.deadline_exceeded(self.timeout));
        }
        let silence = async {
            match keep_alive {
                Some(keep_alive) => tokio::time::sleep(keep_alive).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            next = self.frames.next() => self.read(next),
            () = sleep_until(self.deadline) => Next::Failed(self.served.deadline_exceeded(self.timeout)),
            () = silence => Next::Silence,
        }
    }

    fn read(&mut self, next: Result<Option<Bytes>, FrameError>) -> Next {
        match next {
            Ok(Some(message)) => Next::Message(message),
            Ok(None) => {
                let trailers = self.frames.take_trailers();
                let status = frames::status(StatusCode::OK, &HeaderMap::new(), trailers.as_ref());
                if status.code() == Code::Ok {
                    Next::End
                } else {
                    Next::Failed(Failure::of_service(&status, HeaderMap::new()))
                }
            }
            Err(broken) => Next::Failed(self.served.unreadable(&broken)),
        }
    }
}

impl Writer {
    fn route(&self) -> Option<&Route> {
        self.answer.served.routes.get(self.answer.route)
    }

    async fn chunk(&mut self) -> Option<Result<Bytes, BrokenOff>> {
        if self.broken {
            self.broken = false;
            // The server flushes when there is nothing to read, and drops what it holds when there is an error.
            tokio::task::yield_now().await;
            return Some(Err(BrokenOff));
        }
        if self.ended {
            return None;
        }
        let keep_alive =
            (self.answer.form == StreamForm::Events).then_some(self.answer.served.options.sse_keep_alive);
        let mut out = Vec::with_capacity(512);
        let mut next = self.answer.next(keep_alive).await;
        loop {
            if let Err(broken) = self.write(next, &mut out) {
                self.ended = true;
                if out.is_empty() {
                    return Some(Err(broken));
                }
                // First what came before it.
                self.broken = true;
                break;
            }
            if self.ended || out.len() >= CHUNK_BYTES {
                break;
            }
            match self.answer.next(None).now_or_never() {
                Some(ready) => next = ready,
                None => break,
            }
        }
        Some(Ok(out.into()))
    }

    fn write(&mut self, next: Next, out: &mut Vec<u8>) -> Result<(), BrokenOff> {
        let is_raw = matches!(
            self.route().map(|route| &route.answer_form),
            Some(AnswerForm::Raw(_))
        );
        match next {
            Next::Silence => out.extend_from_slice(SSE_COMMENT),
            Next::Message(message) if is_raw => return self.write_raw(message, out),
            Next::Message(message) => self.write_message(message, out),
            Next::End => {
                self.ended = true;
                if self.answer.form == StreamForm::Array && !is_raw {
                    out.extend_from_slice(if self.messages == 0 { b"[]" } else { b"]" });
                }
            }
            Next::Failed(_) if is_raw => {
                self.ended = true;
                return Err(BrokenOff);
            }
            Next::Failed(failure) => self.write_failure(&failure, out),
        }
        Ok(())
    }

    fn write_raw(&mut self, message: Bytes, out: &mut Vec<u8>) -> Result<(), BrokenOff> {
        let route = self.route().ok_or(BrokenOff)?;
        let field = match &route.answer_form {
            AnswerForm::Raw(field) => field.as_ref(),
            AnswerForm::Whole | AnswerForm::Message(_) | AnswerForm::Field(_) => None,
        };
        let (_content_type, data) = answer::raw(route, field, message).map_err(|_unprintable| BrokenOff)?;
        out.extend_from_slice(&data);
        Ok(())
    }

    fn write_message(&mut self, message: Bytes, out: &mut Vec<u8>) {
        let begin = out.len();
        self.open(b"\"result\":", b"data: ", out);
        let Some(route) = self.route() else { return };
        if let Err(unprintable) = answer::write_json(route, message, out) {
            out.truncate(begin);
            let failure = self.answer.served.unreadable(&unprintable);
            self.write_failure(&failure, out);
            return;
        }
        self.close(out);
        self.messages += 1;
    }

    fn write_failure(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        self.ended = true;
        self.open(b"\"error\":", b"event: error\ndata: ", out);
        failure.write_json(&self.answer.served.pool, out);
        self.close(out);
        if self.answer.form == StreamForm::Array {
            out.push(b']');
        }
    }

    fn open(&self, key: &[u8], event: &[u8], out: &mut Vec<u8>) {
        match self.answer.form {
            StreamForm::Events => return out.extend_from_slice(event),
            StreamForm::Array => out.push(if self.messages == 0 { b'[' } else { b',' }),
            StreamForm::Lines => {}
        }
        out.push(b'{');
        out.extend_from_slice(key);
    }

    fn close(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(match self.answer.form {
            StreamForm::Events => b"\n\n",
            StreamForm::Lines => b"}\n",
            StreamForm::Array => b"}",
        });
    }
}
