# The dashboard: from the callers through the log to the figures, in the order of the way.

locals {
  widgets = [
    {
      title = "Calls a minute, by answer"
      stat  = "Sum"
      metrics = concat([
        for label, suffix in var.balancers : ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", suffix]
        ], [
        for label, suffix in var.balancers : ["AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", "LoadBalancer", suffix]
        ], [
        for label, suffix in var.balancers : ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", suffix]
      ])
    },
    {
      title   = "Time to answer, slowest of 100"
      stat    = "p99"
      metrics = [for label, suffix in var.balancers : ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", suffix]]
    },
    {
      title   = "Read models: events behind the log"
      stat    = "Maximum"
      metrics = [[local.namespace, "posars_projection_lag_events", "environment", var.name]]
    },
    {
      title   = "Stock and books: seconds behind the log"
      stat    = "Maximum"
      metrics = [[local.namespace, "posars_reactor_lag_seconds", "environment", var.name]]
    },
    {
      title   = "Queues: age of the oldest message"
      stat    = "Maximum"
      metrics = [for name in keys(var.queue_ages_s) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", var.queue_names[name]]]
    },
    {
      title   = "Dead letters"
      stat    = "Maximum"
      metrics = [for name in keys(var.queue_ages_s) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", var.queue_names["${name}-dlq"]]]
    },
    {
      title   = "Database: processor"
      stat    = "Average"
      metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database]]
    },
    {
      title   = "Database: time of a commit's write"
      stat    = "Average"
      metrics = [["AWS/RDS", "WriteLatency", "DBInstanceIdentifier", var.database]]
    },
    {
      title   = "Tasks: processor"
      stat    = "Average"
      metrics = [for service in var.services : ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster, "ServiceName", service]]
    },
    {
      title   = "Failed jobs"
      stat    = "Sum"
      metrics = [["AWS/Events", "MatchedEvents", "RuleName", var.failed_jobs_rule]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type   = "metric"
        x      = (index % 2) * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = var.region
          period  = 60
          stat    = widget.stat
          metrics = widget.metrics
        }
      }
    ]
  })
}
