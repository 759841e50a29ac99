//! A store's time zone.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::text::serde_as_text;
use crate::{InvalidValue, business_date, local_hour};

/// A time zone by its IANA name, such as `America/Sao_Paulo`, from the database built into the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreZone(TimeZone);

impl StoreZone {
    /// The zone itself.
    #[must_use]
    pub const fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// The trading day of a moment in this zone; see [`business_date`].
    #[must_use]
    pub fn business_date(&self, occurred_at: Timestamp, day_cutover: Time) -> Date {
        business_date(occurred_at, &self.0, day_cutover)
    }

    /// The hour on the wall clock, 0 to 23.
    #[must_use]
    pub fn local_hour(&self, occurred_at: Timestamp) -> u8 {
        local_hour(occurred_at, &self.0)
    }
}

impl fmt::Display for StoreZone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl FromStr for StoreZone {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule = "a time zone is an IANA name, as America/Sao_Paulo";
        let invalid = || InvalidValue::new("TIME_ZONE_UNKNOWN", text, rule);
        let zone = TimeZone::get(text).map_err(|_| invalid())?;
        // Without a name it could not be stored.
        zone.iana_name().is_some().then_some(()).ok_or_else(invalid)?;
        Ok(Self(zone))
    }
}

serde_as_text!(StoreZone);
