//! Processes that wake each other by SQS, as far as the emulator is like it.

use std::process::Command;
use std::time::{Duration, Instant};

use aws_sdk_s3::types::{
    Event, FilterRule, FilterRuleName, NotificationConfiguration, NotificationConfigurationFilter,
    QueueConfiguration, S3KeyFilter,
};
use aws_sdk_sqs::types::QueueAttributeName;
use posars_aws::{AwsClients, SqsQueue};
use posars_testkit::{AwsEmulator, TestDatabase};
use serde_json::json;
use uuid::Uuid;

use crate::identity::{post, token};
use crate::support::{Folder, Up, posars, run_on};

const PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(100);
pub(crate) const QUEUES: [&str; 5] = [
    "sales-inventory",
    "sales-finance",
    "finance-reporting",
    "read-models",
    "imports",
];
const WORK: [&str; 5] = ["relay", "stock", "finance", "projections", "reports"];

/// The queues of one installation, each with its dead-letter queue.
pub(crate) struct Installation {
    clients: AwsClients,
    pub(crate) prefix: String,
}

impl Installation {
    pub(crate) async fn on(aws: &AwsEmulator) -> Self {
        Self::that_gives_up_after(1, aws).await
    }

    /// A message goes to the dead letters when it was received so often and is to be received again.
    pub(crate) async fn that_gives_up_after(receives: u32, aws: &AwsEmulator) -> Self {
        let clients = AwsClients::at(aws.endpoint(), "us-east-1", "test", "test")
            .await
            .unwrap();
        let sqs = clients.sqs(Duration::from_secs(10));
        let names = format!("t{}-", Uuid::now_v7().simple());
        let mut prefix = String::new();
        for queue in QUEUES {
            let made = sqs
                .create_queue()
                .queue_name(format!("{names}{queue}-dlq"))
                .send()
                .await
                .unwrap();
            let attributes = sqs
                .get_queue_attributes()
                .queue_url(made.queue_url().unwrap())
                .attribute_names(QueueAttributeName::QueueArn)
                .send()
                .await
                .unwrap();
            let arn = &attributes.attributes().unwrap()[&QueueAttributeName::QueueArn];
            let redrive = json!({"deadLetterTargetArn": arn, "maxReceiveCount": receives.to_string()});
            let made = sqs
                .create_queue()
                .queue_name(format!("{names}{queue}"))
                .attributes(QueueAttributeName::RedrivePolicy, redrive.to_string())
                .send()
                .await
                .unwrap();
            prefix = made.queue_url().unwrap().strip_suffix(queue).unwrap().to_owned();
        }
        Self { clients, prefix }
    }

    fn queue(&self, name: &str) -> SqsQueue {
        SqsQueue::new(&self.clients, &format!("{}{name}", self.prefix))
    }

    /// Makes a bucket tell the queue of imports what comes to these keys.
    pub(crate) async fn is_told_of(&self, s3: &aws_sdk_s3::Client, bucket: &str, prefix: &str) {
        let sqs = self.clients.sqs(Duration::from_secs(10));
        tell_of(s3, (bucket, prefix), &sqs, &format!("{}imports", self.prefix)).await;
    }

    /// How many messages lie beside a queue, as nothing that could be dealt with.
    pub(crate) async fn dead_letters(&self, name: &str) -> u64 {
        let depth = self.queue(&format!("{name}-dlq")).depth().await.unwrap();
        depth.waiting + depth.in_flight
    }

    /// A process that uses them.
    pub(crate) fn process(&self, aws: &AwsEmulator, url: &str, keys: &str, words: &[&str]) -> Command {
        let mut command = posars(&[words, &["--listen", "127.0.0.1:0"]].concat());
        command
            .env("POSARS_DATABASE_URL", url)
            .env("POSARS_IDENTITY", keys)
            .env("POSARS_QUEUES", &self.prefix)
            .envs(aws.environment());
        command
    }
}

/// Makes a bucket tell a queue of every object that comes below a prefix.
pub(crate) async fn tell_of(
    s3: &aws_sdk_s3::Client,
    (bucket, prefix): (&str, &str),
    sqs: &aws_sdk_sqs::Client,
    queue_url: &str,
) {
    let asked = sqs.get_queue_attributes().queue_url(queue_url);
    let asked = asked.attribute_names(QueueAttributeName::QueueArn).send().await;
    let attributes = asked.unwrap().attributes.unwrap();
    let below = FilterRule::builder().name(FilterRuleName::Prefix).value(prefix);
    let below = S3KeyFilter::builder().filter_rules(below.build()).build();
    let told = QueueConfiguration::builder()
        .queue_arn(&attributes[&QueueAttributeName::QueueArn])
        .events(Event::S3ObjectCreated)
        .filter(NotificationConfigurationFilter::builder().key(below).build());
    let told = NotificationConfiguration::builder().queue_configurations(told.build().unwrap());
    let put = s3.put_bucket_notification_configuration().bucket(bucket);
    put.notification_configuration(told.build()).send().await.unwrap();
}

pub(crate) fn metric(process: &Up, name: &str, queue: &str) -> f64 {
    let (_, page) = process.get("/metrics");
    let line = page
        .lines()
        .find(|line| line.starts_with(name) && line.contains(&format!("queue=\"{queue}\"")));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .unwrap_or(0.0)
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(POLL);
    }
}

/// A store, and a sale in it.
fn record(serving: &Up, url: &str, keys: &str) {
    let owner = token(run_on(url, &["token", "--role", "owner", "--identity", keys]));
    let body = json!({"storeId": "sp01", "displayName": "Loja", "timeZone": "America/Sao_Paulo",
                      "dayCutover": "04:00", "currencyCode": "BRL"});
    let (status, answer) = post(serving, "/v1/companies/main/stores", &owner, &body);
    assert_eq!(status, 200, "{answer}");
    // A sale concerns everybody; a store is nothing that the reactors are told of.
    let sale = json!({"saleId": Uuid::now_v7().to_string(), "storeId": "sp01",
                      "occurTime": "2026-03-14T17:20:05Z",
                      "lines": [{"lineId": 1, "sku": "cafe", "description": "Cafe", "quantity": {"value": "1"},
                                 "unit": "UN", "unitPrice": {"value": "10.00"}}],
                      "payments": [{"method": "pix",
                                    "amount": {"currencyCode": "BRL", "amountMinor": "1000"}}],
                      "total": {"currencyCode": "BRL", "amountMinor": "1000"}});
    let (status, answer) = post(serving, "/v1/companies/main/sales", &owner, &sale);
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_process_records_wakes_the_others_by_their_queues() {
    let Some(aws) = AwsEmulator::shared() else { return };
    let installation = Installation::on(aws).await;
    let database = TestDatabase::create().await.unwrap();
    let url = database.url().to_owned();
    let folder = Folder::new();
    let keys = folder.file("keys").display().to_string();
    let start = |words: &[&str]| Up::spawn(installation.process(aws, &url, &keys, words));
    let serving = start(&["serve", "all"]);
    let workers: Vec<Up> = WORK.iter().map(|work| start(&["work", work])).collect();
    // Somebody else's messages lie there from the start.
    let read_models = installation.queue("read-models");
    let made_up = r#"{"log":"main","position":18446744073709551615}"#;
    let nobody = r#"{"log":"nobody","position":7}"#;
    read_models
        .send(&[
            made_up.to_owned(),
            nobody.to_owned(),
            "{\"Records\":[]}".to_owned(),
        ])
        .await
        .unwrap();
    record(&serving, &url, &keys);
    for (queue, _) in QUEUES.iter().zip(0..4) {
        wait_until("the server told no queue", || {
            metric(&serving, "posars_queue_sent_total", queue) >= 1.0
        });
    }
    for (work, queue) in [
        ("stock", "sales-inventory"),
        ("finance", "sales-finance"),
        ("reports", "finance-reporting"),
        ("projections", "read-models"),
    ] {
        let worker = &workers[WORK.iter().position(|known| *known == work).unwrap()];
        wait_until("a worker received or settled nothing", || {
            metric(worker, "posars_queue_received_total", queue) >= 1.0
                && metric(worker, "posars_queue_settled_total", queue) >= 1.0
        });
    }
    // Nobody listens to PostgreSQL, which would hold a connection of a proxy for ever.
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let listening = "select count(*) from pg_stat_activity where datname = current_database() and query like '%' || chr(10) || 'listen %'";
    let row = client.query_one(listening, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
    // Hints that nobody needs go, made up or not; what is no hint is put aside.
    let doctor = || {
        let mut command = installation.process(aws, &url, &keys, &["doctor", "--json"]);
        command.args(["--quiet"]);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    wait_until(
        "the queue of the read models is not empty but for what is put aside",
        || doctor().contains("read-models 0 waiting, 0 in flight"),
    );
    let dead = SqsQueue::new(&installation.clients, &read_models.dead_letter_url());
    let dead = dead.receive(Duration::from_secs(5), 10, None).await.unwrap();
    let bodies: Vec<&str> = dead.iter().map(|dead| dead.body.as_str()).collect();
    assert!(bodies.contains(&"{\"Records\":[]}"), "{bodies:?}");
    for process in workers.into_iter().chain([serving]) {
        let (code, talk) = process.terminate();
        assert_eq!(code, 0, "{talk}");
    }
}

#[test]
fn queues_need_an_address_and_a_region() {
    let folder = Folder::new();
    let refused = |queues: &str, region: Option<&str>| {
        let mut command = posars(&["companies", "list", "--data", &folder.data()]);
        command
            .env("POSARS_QUEUES", queues)
            .env_remove("AWS_REGION")
            .env_remove("AWS_DEFAULT_REGION")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .envs(region.map(|region| ("AWS_REGION", region)));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let text = refused("posars-", Some("us-east-1"));
    assert!(text.contains("QUEUES_INVALID"), "{text}");
    let text = refused("https://sqs.us-east-1.amazonaws.com/123456789012/posars-", None);
    assert!(text.contains("AWS_REGION_MISSING"), "{text}");
    assert!(!folder.file("data").exists(), "nothing is made");
}
