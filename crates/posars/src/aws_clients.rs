//! The clients of AWS, made when the first setting asks for them; without one, AWS is never thought of.

use posars_aws::AwsClients;
use tokio::sync::OnceCell;

use crate::failure::{Exit, Failure};

static CLIENTS: OnceCell<AwsClients> = OnceCell::const_new();

/// Those of this process, as its environment says.
///
/// # Errors
/// `AWS_REGION_MISSING` when no region is known.
pub(crate) async fn aws_clients() -> Result<&'static AwsClients, Failure> {
    CLIENTS
        .get_or_try_init(AwsClients::from_environment)
        .await
        .map_err(|error| {
            Failure::new(Exit::Usage, "AWS_REGION_MISSING", error)
                .next("name the region, such as AWS_REGION=us-east-1")
        })
}
