//! Clients of AWS, all made from one configuration.
//!
//! Credentials, region and endpoint are found the way that every AWS program finds them: variables (`AWS_REGION`,
//! `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID` …), the user's files, the role of the container. Nothing is asked before the
//! first call; every call has an end, and is tried a bounded number of times.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_s3::config::SharedCredentialsProvider;
use aws_sdk_sqs::config::Credentials;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// How long a connection may take; AWS is near, and another try comes soon.
const CONNECT: Duration = Duration::from_secs(3);
/// How often a call is made at most: once more for a connection that was closed, once more for bad luck.
const ATTEMPTS_MAX: u32 = 3;
/// Longest pause before the next attempt.
const BACKOFF_MAX: Duration = Duration::from_secs(2);
/// How long one attempt of a call to KMS may take.
const KMS_ATTEMPT: Duration = Duration::from_secs(4);
/// How long one attempt of a call to S3 may take: a part of 8 MiB at 1 Mbit/s.
const S3_ATTEMPT: Duration = Duration::from_secs(70);

/// Why no client can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientsError {
    /// Neither a variable, nor a file, nor the machine's metadata names a region.
    #[error("no AWS region is known; set AWS_REGION, such as AWS_REGION=us-east-1")]
    NoRegion,
}

/// What every client is made from. Cheap to clone; clients made from it share connections and credentials.
#[derive(Clone, Debug)]
pub struct AwsClients {
    config: SdkConfig,
}

impl AwsClients {
    /// As the environment of this process says.
    ///
    /// # Errors
    /// [`ClientsError::NoRegion`].
    pub async fn from_environment() -> Result<Self, ClientsError> {
        Self::loaded(aws_config::defaults(BehaviorVersion::latest())).await
    }

    /// At an endpoint with a key, whatever the environment says: for emulators.
    ///
    /// # Errors
    /// None; the environment names no region, and need not.
    pub async fn at(endpoint: &str, region: &str, key_id: &str, secret: &str) -> Result<Self, ClientsError> {
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .region(Region::new(region.to_owned()))
            .credentials_provider(Credentials::new(key_id, secret, None, None, "given"));
        Self::loaded(loader).await
    }

    async fn loaded(loader: ConfigLoader) -> Result<Self, ClientsError> {
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS_MAX)
            .with_max_backoff(BACKOFF_MAX);
        let config = loader.http_client(http).retry_config(retries).load().await;
        if config.region().is_none() {
            return Err(ClientsError::NoRegion);
        }
        Ok(Self { config })
    }

    /// Whether calls go to an address that somebody set, such as an emulator's.
    #[must_use]
    pub fn is_redirected(&self) -> bool {
        self.config.endpoint_url().is_some()
    }

    /// A client of SQS; one attempt of a call may take `patience`, which is more than a long poll waits.
    #[must_use]
    pub fn sqs(&self, patience: Duration) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.config).timeout_config(timeouts(patience));
        aws_sdk_sqs::Client::from_conf(config.build())
    }

    /// A client of S3. An emulator has no names for buckets: there the bucket stands in the path.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .timeout_config(timeouts(S3_ATTEMPT))
            .force_path_style(self.is_redirected());
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// Where its credentials come from.
    pub(crate) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.config.credentials_provider()
    }

    /// A client of KMS.
    #[must_use]
    pub fn kms(&self) -> aws_sdk_kms::Client {
        let config = aws_sdk_kms::config::Builder::from(&self.config).timeout_config(timeouts(KMS_ATTEMPT));
        aws_sdk_kms::Client::from_conf(config.build())
    }
}

/// Those of a call: all attempts together end by themselves as well.
fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(attempt)
        .operation_timeout(attempt * ATTEMPTS_MAX + BACKOFF_MAX * ATTEMPTS_MAX)
        .build()
}
