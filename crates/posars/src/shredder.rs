//! What is no longer to be kept of people is erased while posars serves, company by company.

use std::time::Duration;

use jiff::Timestamp;
use posars_commands::{Actor, Envelope, Source};
use posars_privacy::{Privacy, PrivacyError};

use crate::house::House;

/// How often it is looked for. A day that begins is followed within this.
const INTERVAL: Duration = Duration::from_hours(1);
/// How soon after a failure.
const RETRY: Duration = Duration::from_secs(300);
/// How long the index of people may take to come up to the end of the log.
const WAIT: Duration = Duration::from_secs(60);

/// Erases what is due of one company's people, every hour, until told to stop. Several processes may do so at once.
pub(crate) async fn run(house: House, stop: impl Future<Output = ()>) {
    let privacy = Privacy::new(house.commands.clone(), house.projections.clone(), WAIT);
    let company = house.company_id;
    tokio::pin!(stop);
    loop {
        let pause = tokio::select! {
            shredded = shred(&privacy) => match shredded {
                Ok(0) => INTERVAL,
                Ok(people) => {
                    tracing::info!(%company, people, "what was no longer to be kept of people was erased");
                    INTERVAL
                }
                Err(error) => {
                    tracing::warn!(%company, %error, "what is no longer to be kept of people could not be erased; trying again");
                    RETRY
                }
            },
            () = &mut stop => return,
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = &mut stop => return,
        }
    }
}

/// Answers of how many people something was erased.
async fn shred(privacy: &Privacy) -> Result<usize, PrivacyError> {
    let mut people = 0;
    loop {
        let actor = Actor {
            subject: "posars".into(),
            client: Some("retention".into()),
        };
        let envelope = Envelope::new(actor, Source::Api, Timestamp::now());
        let shredding = privacy.shred_due(&envelope).await?;
        people += shredding.people.len();
        if !shredding.more {
            return Ok(people);
        }
    }
}
