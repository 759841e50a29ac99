//! Bounds the HTTP/2 frames that a client sends beside its requests.
//!
//! WINDOW_UPDATE, PRIORITY, PING, SETTINGS and their like are a few bytes each and cost us more than their sender: five
//! million a second hold a processor. No library counts them all, so they are counted here, where the bytes come in.
//! A client has an allowance of them, which time fills slowly and work fills as fast as it is done: its requests, and
//! what it is sent, for which honest clients open windows. So a busy connection never meets the bound.

use std::time::Duration;

use tokio::time::Instant;

const HEADER_BYTES: usize = 9;
/// What a connection may send at once before it has asked for anything; libraries send some twenty frames.
const ALLOWANCE_AT_FIRST: u64 = 1_000;
/// The most that it can have saved.
const ALLOWANCE_MAX: u64 = 10_000;
/// What it gets back without any work, for pings and the like of connections that rest.
const FRAMES_PER_S: u64 = 200;
const MICROS_PER_FRAME: u64 = 1_000_000 / FRAMES_PER_S;
/// What a request gives back: honest clients send one to four frames beside its headers and its body.
const EARNED_BY_REQUEST: u64 = 8;
/// So many bytes of answers give one frame back. Answers to pings and settings are shorter, so that nobody earns a
/// frame by sending one.
const ANSWER_BYTES_PER_FRAME: u64 = 64;
/// A smaller piece of a body is counted. A body of single bytes is sent by nobody who wants it read.
const BODY_BYTES_MIN: usize = 64;
/// Takes back what the request had earned: opening streams only to reset them is no work.
const COST_OF_RESET: u64 = EARNED_BY_REQUEST + 1;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;

/// A client sent more of such frames than any honest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the client sends HTTP/2 frames that ask for nothing, more than any that means well")]
pub(crate) struct FrameFlood;

/// What a connection may send, and where in its frames the bytes are.
#[derive(Debug)]
pub(crate) struct FramePace {
    allowance: u64,
    filled_at: Instant,
    header: [u8; HEADER_BYTES],
    header_bytes: usize,
    payload_bytes_left: usize,
    answer_bytes: u64,
}

impl FramePace {
    /// For a connection whose next byte begins a frame.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            allowance: ALLOWANCE_AT_FIRST,
            filled_at: now,
            header: [0; HEADER_BYTES],
            header_bytes: 0,
            payload_bytes_left: 0,
            answer_bytes: 0,
        }
    }

    /// These bytes came `now`.
    ///
    /// # Errors
    /// [`FrameFlood`] when they are too many frames.
    pub(crate) fn came(&mut self, mut bytes: &[u8], now: Instant) -> Result<(), FrameFlood> {
        loop {
            let skipped = self.payload_bytes_left.min(bytes.len());
            self.payload_bytes_left -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let Some(place) = self.header.get_mut(self.header_bytes..) else {
                return Ok(());
            };
            let taken = place.len().min(bytes.len());
            if taken == 0 {
                return Ok(());
            }
            let (header, rest) = bytes.split_at(taken);
            place
                .iter_mut()
                .zip(header)
                .for_each(|(place, byte)| *place = *byte);
            bytes = rest;
            self.header_bytes += taken;
            if self.header_bytes == HEADER_BYTES {
                self.header_bytes = 0;
                let [high, middle, low, kind, ..] = self.header;
                self.payload_bytes_left =
                    (usize::from(high) << 16) | (usize::from(middle) << 8) | usize::from(low);
                self.frame(kind, self.payload_bytes_left, now)?;
            }
        }
    }

    /// So many bytes were taken by the client.
    pub(crate) fn went(&mut self, bytes: usize) {
        self.answer_bytes = self
            .answer_bytes
            .saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.earn(self.answer_bytes / ANSWER_BYTES_PER_FRAME);
        self.answer_bytes %= ANSWER_BYTES_PER_FRAME;
    }

    fn frame(&mut self, kind: u8, payload_bytes: usize, now: Instant) -> Result<(), FrameFlood> {
        match kind {
            HEADERS => {
                self.earn(EARNED_BY_REQUEST);
                Ok(())
            }
            DATA if payload_bytes >= BODY_BYTES_MIN => Ok(()),
            RST_STREAM => self.spend(COST_OF_RESET, now),
            _ => self.spend(1, now),
        }
    }

    fn spend(&mut self, frames: u64, now: Instant) -> Result<(), FrameFlood> {
        if self.allowance < frames {
            self.fill(now);
        }
        self.allowance = self.allowance.checked_sub(frames).ok_or(FrameFlood)?;
        Ok(())
    }

    fn earn(&mut self, frames: u64) {
        self.allowance = self.allowance.saturating_add(frames).min(ALLOWANCE_MAX);
    }

    /// Only whole frames are given, so that the time of a part is not lost.
    fn fill(&mut self, now: Instant) {
        let rested = now.saturating_duration_since(self.filled_at);
        let frames = u64::try_from(rested.as_micros()).unwrap_or(u64::MAX) / MICROS_PER_FRAME;
        self.filled_at += Duration::from_micros(frames.saturating_mul(MICROS_PER_FRAME));
        self.earn(frames);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW_UPDATE: u8 = 8;

    fn frames(kind: u8, payload: &[u8], count: usize) -> Vec<u8> {
        let mut frame = u32::try_from(payload.len()).unwrap().to_be_bytes()[1..].to_vec();
        frame.extend([kind, 0, 0, 0, 0, 0]);
        frame.extend(payload);
        frame.repeat(count)
    }

    fn first() -> usize {
        usize::try_from(ALLOWANCE_AT_FIRST).unwrap()
    }

    #[test]
    fn every_kind_of_frame_that_asks_for_nothing_is_bounded() {
        let now = Instant::now();
        let cases: [(&str, u8, &[u8]); 8] = [
            ("DATA without a byte", DATA, b""),
            ("DATA of one byte", DATA, b"x"),
            ("PRIORITY", 2, &[0; 5]),
            ("SETTINGS", 4, b""),
            ("PING", 6, &[0; 8]),
            ("WINDOW_UPDATE", WINDOW_UPDATE, &[0, 0, 0, 1]),
            ("CONTINUATION", 9, b""),
            ("a frame of no known kind", 0xfa, b"abc"),
        ];
        for (name, kind, payload) in cases {
            let mut pace = FramePace::new(now);
            assert_eq!(pace.came(&frames(kind, payload, first()), now), Ok(()), "{name}");
            assert_eq!(
                pace.came(&frames(kind, payload, 1), now),
                Err(FrameFlood),
                "{name}"
            );
            let later = now + Duration::from_secs(1);
            let mut pace = FramePace::new(now);
            assert_eq!(pace.came(&frames(kind, payload, first()), now), Ok(()), "{name}");
            assert_eq!(pace.came(&frames(kind, payload, 200), later), Ok(()), "{name}");
            assert_eq!(
                pace.came(&frames(kind, payload, 1), later),
                Err(FrameFlood),
                "{name}"
            );
        }
    }

    #[test]
    fn frames_are_counted_however_their_bytes_are_cut() {
        let now = Instant::now();
        let bytes = frames(WINDOW_UPDATE, &[0, 0, 0, 1], first() + 1);
        for piece_bytes in [1, 2, 8, 9, 13, 100, 4096] {
            let mut pace = FramePace::new(now);
            let mut outcomes: Vec<_> = bytes
                .chunks(piece_bytes)
                .map(|piece| pace.came(piece, now))
                .collect();
            // The last frame is one too many as soon as its header is there.
            assert!(outcomes.iter().any(Result::is_err), "{piece_bytes}");
            outcomes.truncate(bytes.len() / piece_bytes - 13 / piece_bytes - 1);
            assert!(outcomes.iter().all(Result::is_ok), "{piece_bytes}");
        }
    }

    #[test]
    fn what_serves_requests_is_never_too_much() {
        let now = Instant::now();
        let mut pace = FramePace::new(now);
        // A call with four windows opened, a ping and its answer, 100,000 times in no time at all.
        let mut call = frames(HEADERS, &[0x82; 40], 1);
        call.extend(frames(DATA, &[0; 5], 1));
        call.extend(frames(WINDOW_UPDATE, &[0, 0, 0, 1], 4));
        call.extend(frames(6, &[0; 8], 2));
        for _ in 0..100_000 {
            assert_eq!(pace.came(&call, now), Ok(()));
        }
        // A download, with two windows opened for each 16 KiB.
        for _ in 0..100_000 {
            pace.went(16 * 1024);
            assert_eq!(pace.came(&frames(WINDOW_UPDATE, &[0, 0, 0, 1], 2), now), Ok(()));
        }
        // An upload in pieces of a KiB.
        assert_eq!(pace.came(&frames(DATA, &[0; 1024], 20_000), now), Ok(()));
    }

    #[test]
    fn resets_and_answers_to_pings_earn_nothing() {
        let now = Instant::now();
        let mut pace = FramePace::new(now);
        let mut opened_and_reset = frames(HEADERS, &[0x82; 8], 1);
        opened_and_reset.extend(frames(RST_STREAM, &[0; 4], 1));
        assert_eq!(
            pace.came(&opened_and_reset.repeat(first() + 1), now),
            Err(FrameFlood)
        );
        let mut pace = FramePace::new(now);
        let ping = frames(6, &[0; 8], 1);
        let flooded = (0..2 * first()).any(|_| {
            pace.went(ping.len());
            pace.came(&ping, now).is_err()
        });
        assert!(flooded);
    }
}
