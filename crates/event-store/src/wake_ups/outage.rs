//! A channel that fails is told of once, and once again when it is back: it is tried again and again.

use super::channel::ChannelError;

/// Whether a channel works, as far as it was told.
#[derive(Debug)]
pub(crate) struct Outage {
    channel: String,
    consequence: &'static str,
    is_on: bool,
}

impl Outage {
    pub(crate) fn of(channel: &str, consequence: &'static str) -> Self {
        Self {
            channel: channel.to_owned(),
            consequence,
            is_on: false,
        }
    }

    pub(crate) fn tell(&mut self, error: &ChannelError) {
        let (channel, consequence) = (&self.channel, self.consequence);
        if std::mem::replace(&mut self.is_on, true) {
            tracing::debug!(channel, %error, "still failing: {consequence}");
        } else {
            tracing::warn!(channel, %error, "{consequence}");
        }
    }

    pub(crate) fn is_over(&mut self) {
        if std::mem::replace(&mut self.is_on, false) {
            tracing::info!(channel = self.channel, "works again");
        }
    }
}
