//! Queues of a test's own.

use std::time::Duration;

use posars_aws::AwsClients;
use posars_testkit::AwsEmulator;
use uuid::Uuid;

/// How long a message is held back from others, in whole seconds as SQS counts.
pub(crate) const HOLD: Duration = Duration::from_secs(1);
/// How often a message is received before it is put aside.
pub(crate) const RECEIVES_MAX: u32 = 3;

/// A queue with its dead-letter queue, made by the AWS client itself.
pub(crate) struct Made {
    pub(crate) clients: AwsClients,
    pub(crate) url: String,
}

pub(crate) async fn clients(aws: &AwsEmulator) -> AwsClients {
    AwsClients::at(aws.endpoint(), "us-east-1", "test", "test")
        .await
        .unwrap()
}

impl Made {
    /// Messages come again after [`HOLD`], and are put aside after [`RECEIVES_MAX`].
    pub(crate) async fn on(aws: &AwsEmulator) -> anyhow::Result<Self> {
        Self::with(aws, RECEIVES_MAX).await
    }

    /// Messages are put aside after so many receipts.
    pub(crate) async fn with(aws: &AwsEmulator, receives_max: u32) -> anyhow::Result<Self> {
        let clients = clients(aws).await;
        let sqs = clients.sqs(Duration::from_secs(10));
        let name = format!("posars-{}", Uuid::now_v7());
        let dead = sqs
            .create_queue()
            .queue_name(format!("{name}-dlq"))
            .send()
            .await?;
        let arn = aws_sdk_sqs::types::QueueAttributeName::QueueArn;
        let attributes = sqs
            .get_queue_attributes()
            .queue_url(dead.queue_url().unwrap())
            .attribute_names(arn.clone())
            .send()
            .await?;
        let arn = &attributes.attributes().unwrap()[&arn];
        let redrive = format!("{{\"deadLetterTargetArn\":\"{arn}\",\"maxReceiveCount\":\"{receives_max}\"}}");
        let made = sqs
            .create_queue()
            .queue_name(&name)
            .attributes(
                aws_sdk_sqs::types::QueueAttributeName::VisibilityTimeout,
                HOLD.as_secs().to_string(),
            )
            .attributes(aws_sdk_sqs::types::QueueAttributeName::RedrivePolicy, redrive)
            .send()
            .await?;
        let url = made.queue_url().unwrap().to_owned();
        Ok(Self { clients, url })
    }
}
