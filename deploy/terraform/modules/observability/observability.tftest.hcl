mock_provider "aws" {}

variables {
  name             = "posars-test"
  region           = "sa-east-1"
  account_id       = "123456789012"
  data_key_arn     = "arn:aws:kms:sa-east-1:123456789012:key/data"
  emails           = ["duty@posars.example"]
  queue_names      = { imports = "posars-test-imports", "imports-dlq" = "posars-test-imports-dlq", read-models = "posars-test-read-models", "read-models-dlq" = "posars-test-read-models-dlq" }
  queue_ages_s     = { imports = 3600, read-models = 120 }
  balancers        = { "" = "app/posars-test/1" }
  api_id           = "api1"
  database         = "posars-test"
  cluster          = "posars-test"
  services         = ["posars-test-sales"]
  failed_jobs_rule = "posars-test-failed-jobs"
}

run "everything_that_needs_somebody_has_an_alarm" {
  command = apply

  assert {
    condition = length(setsubtract(
      ["projection-lag", "reactor-lag", "queue-age-imports", "queue-age-read-models", "dead-letters-imports", "dead-letters-read-models", "replica-away", "move-unsettled", "5xx-of-roles", "5xx-of-balancer", "5xx-of-api", "failed-jobs", "database-storage", "database-cpu"],
      keys(aws_cloudwatch_metric_alarm.this),
    )) == 0
    error_message = "An alarm is missing."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && strcontains(alarm.alarm_description, "Next: docs/runbooks/posars-")])
    error_message = "Every alarm must reach somebody and say what to do."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["dead-letters-imports"].dimensions.QueueName == "posars-test-imports-dlq" && aws_cloudwatch_metric_alarm.this["dead-letters-imports"].threshold == 0
    error_message = "A single dead letter must be told, of the dead-letter queue."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["queue-age-read-models"].threshold == 120 && aws_cloudwatch_metric_alarm.this["queue-age-read-models"].dimensions.QueueName == "posars-test-read-models"
    error_message = "The age must be of the queue itself."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["projection-lag"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["projection-lag"].namespace == "posars-test"
    error_message = "Silence of the projections must be an alarm."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["database-storage"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.this["database-cpu"].comparison_operator == "GreaterThanThreshold"
    error_message = "Storage runs out downwards."
  }
}

run "the_topic_takes_alarms_of_this_account" {
  command = apply

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == var.data_key_arn && jsondecode(aws_sns_topic_policy.alarms.policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == var.account_id
    error_message = "The topic must be encrypted and closed to others."
  }

  assert {
    condition     = aws_sns_topic_subscription.people["duty@posars.example"].topic_arn == aws_sns_topic.alarms.arn
    error_message = "Somebody must be told."
  }
}

run "the_collector_keeps_what_alarms_use" {
  command = apply

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this : strcontains(output.collector.config, alarm.metric_name) if alarm.namespace == "posars-test"
    ])
    error_message = "An alarm on a figure that nobody sends never rings."
  }

  assert {
    condition     = yamldecode(output.collector.config).exporters.awsemf.log_group_name == aws_cloudwatch_log_group.figures.name && strcontains(yamldecode(output.collector.config).exporters.awsemf.log_stream_name, "env:ROLE")
    error_message = "Figures must go to their log group, told apart by role."
  }

  assert {
    condition     = yamldecode(output.collector.config).receivers.otlp.protocols.grpc.endpoint == "127.0.0.1:4317"
    error_message = "Traces are taken from the same task alone."
  }
}

run "the_dashboard_shows_the_way_of_a_sale" {
  command = apply

  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) >= 10 && alltrue([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : length(widget.properties.metrics) > 0])
    error_message = "Every part must show something."
  }
}
