# What is seen (CloudWatch): figures of posars by a collector beside each task, alarms that say what to do, a dashboard.

locals {
  namespace = var.name
  dimension = { environment = var.name }

  # The collector (AWS Distro for OpenTelemetry) in each task: it reads /metrics on the task's own loopback, keeps what
  # alarms and dashboard use (each metric costs), and takes traces for X-Ray.
  collector_config = yamlencode({
    receivers = {
      prometheus = {
        config = {
          scrape_configs = [{
            job_name        = "posars"
            scrape_interval = "30s"
            static_configs  = [{ targets = ["127.0.0.1:8080"], labels = { environment = var.name, role = "$${env:ROLE}" } }]
            metric_relabel_configs = [{
              source_labels = ["__name__"]
              regex         = join("|", keys(local.figures))
              action        = "keep"
            }]
          }]
        }
      }
      otlp = { protocols = { grpc = { endpoint = "127.0.0.1:4317" } } }
    }
    processors = { batch = { timeout = "10s" } }
    exporters = {
      awsemf = {
        namespace               = local.namespace
        log_group_name          = aws_cloudwatch_log_group.figures.name
        log_stream_name         = "$${env:ROLE}"
        dimension_rollup_option = "NoDimensionRollup"
        metric_declarations = [
          for name, labels in local.figures : {
            dimensions            = concat([["environment"]], [for label in labels : ["environment", label]])
            metric_name_selectors = ["^${name}"]
          }
        ]
      }
      awsxray = {}
    }
    service = {
      pipelines = {
        metrics = { receivers = ["prometheus"], processors = ["batch"], exporters = ["awsemf"] }
        traces  = { receivers = ["otlp"], processors = ["batch"], exporters = ["awsxray"] }
      }
    }
  })

  # Figures of posars that are kept, with the labels that they are also told apart by. Names are checked against a running
  # /metrics by the tests of deploy/prometheus.
  figures = {
    posars_projection_lag_events = ["projection"]
    posars_reactor_lag_seconds   = ["reactor"]
    posars_replica_fresh         = []
    posars_moves_unsettled       = []
    rpc_server_refusals_total    = ["role"]
  }
}

resource "aws_cloudwatch_log_group" "figures" {
  #checkov:skip=CKV_AWS_338:The metrics made of these lines stay 15 months; the lines are only their way in.
  name              = "/${var.name}/figures"
  retention_in_days = var.figures_days
  kms_key_id        = var.data_key_arn
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.data_key_arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

# AWS writes to each address first, and waits for its consent.
resource "aws_sns_topic_subscription" "people" {
  for_each  = toset(var.emails)
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}
