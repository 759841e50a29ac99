# One alarm for each thing that somebody must do something about.

locals {
  queue_alarms = {
    for name, age_s in var.queue_ages_s : "queue-age-${name}" => {
      about     = "The oldest message of ${name} is older than ${age_s} s: its consumers are behind or down."
      runbook   = "docs/runbooks/posars-queue-old.md"
      namespace = "AWS/SQS"
      metric    = "ApproximateAgeOfOldestMessage"
      statistic = "Maximum"
      dimension = { QueueName = var.queue_names[name] }
      above     = age_s
      minutes   = 5
      missing   = "notBreaching"
    }
  }

  dead_letter_alarms = {
    for name in keys(var.queue_ages_s) : "dead-letters-${name}" => {
      about     = "Messages of ${name} that nobody could deal with. Each says its reason."
      runbook   = "docs/runbooks/posars-dead-letters.md"
      namespace = "AWS/SQS"
      metric    = "ApproximateNumberOfMessagesVisible"
      statistic = "Maximum"
      dimension = { QueueName = var.queue_names["${name}-dlq"] }
      above     = 0
      minutes   = 1
      missing   = "notBreaching"
    }
  }

  balancer_alarms = merge([
    for label, suffix in var.balancers : {
      "5xx-of-roles${label}" = {
        about     = "Roles answer calls with errors of their own."
        runbook   = "docs/runbooks/posars-server-errors.md"
        namespace = "AWS/ApplicationELB"
        metric    = "HTTPCode_Target_5XX_Count"
        statistic = "Sum"
        dimension = { LoadBalancer = suffix }
        above     = 10
        minutes   = 5
        missing   = "notBreaching"
      }
      "5xx-of-balancer${label}" = {
        about     = "Calls found no task that could answer."
        runbook   = "docs/runbooks/posars-down.md"
        namespace = "AWS/ApplicationELB"
        metric    = "HTTPCode_ELB_5XX_Count"
        statistic = "Sum"
        dimension = { LoadBalancer = suffix }
        above     = 10
        minutes   = 5
        missing   = "notBreaching"
      }
    }
  ]...)

  other_alarms = {
    "projection-lag" = {
      about     = "A read model is more than 1,000 events behind the log: people see old figures."
      runbook   = "docs/runbooks/posars-read-model-behind.md"
      namespace = local.namespace
      metric    = "posars_projection_lag_events"
      statistic = "Maximum"
      dimension = local.dimension
      above     = 1000
      minutes   = 5
      # Nobody who says how far they are is as bad as being behind.
      missing = "breaching"
    }
    "reactor-lag" = {
      about     = "Stock or books have not dealt with an event for a minute."
      runbook   = "docs/runbooks/posars-reactor-behind.md"
      namespace = local.namespace
      metric    = "posars_reactor_lag_seconds"
      statistic = "Maximum"
      dimension = local.dimension
      above     = 60
      minutes   = 5
      missing   = "notBreaching"
    }
    "replica-away" = {
      about     = "The replica is away or too far behind: the writer answers all queries."
      runbook   = "docs/runbooks/posars-replica-away.md"
      namespace = local.namespace
      metric    = "posars_replica_fresh"
      statistic = "Maximum"
      dimension = local.dimension
      below     = 1
      minutes   = 10
      # Without a replica nobody tells of one.
      missing = "notBreaching"
    }
    "move-unsettled" = {
      about     = "A company lives in another database and its move is not over: run it again."
      runbook   = "docs/runbooks/posars-move-unsettled.md"
      namespace = local.namespace
      metric    = "posars_moves_unsettled"
      statistic = "Maximum"
      dimension = local.dimension
      above     = 0
      minutes   = 10
      missing   = "notBreaching"
    }
    "5xx-of-api" = {
      about     = "The API gateway answers with errors: the balancer is away, or too slow."
      runbook   = "docs/runbooks/posars-down.md"
      namespace = "AWS/ApiGateway"
      metric    = "5xx"
      statistic = "Sum"
      dimension = { ApiId = var.api_id }
      above     = 10
      minutes   = 5
      missing   = "notBreaching"
    }
    "failed-jobs" = {
      about     = "A job failed for good, such as an import. Its own message says which."
      runbook   = "docs/runbooks/posars-job-failed.md"
      namespace = "AWS/Events"
      metric    = "MatchedEvents"
      statistic = "Sum"
      dimension = { RuleName = var.failed_jobs_rule }
      above     = 0
      minutes   = 1
      missing   = "notBreaching"
    }
    "database-storage" = {
      about     = "Less than 5 GB are free, although storage grows by itself: its maximum is reached."
      runbook   = "docs/runbooks/posars-database-full.md"
      namespace = "AWS/RDS"
      metric    = "FreeStorageSpace"
      statistic = "Minimum"
      dimension = { DBInstanceIdentifier = var.database }
      below     = 5 * 1024 * 1024 * 1024
      minutes   = 5
      missing   = "breaching"
    }
    "database-cpu" = {
      about     = "The database computes without a pause."
      runbook   = "docs/runbooks/posars-database-busy.md"
      namespace = "AWS/RDS"
      metric    = "CPUUtilization"
      statistic = "Average"
      dimension = { DBInstanceIdentifier = var.database }
      above     = 85
      minutes   = 15
      missing   = "breaching"
    }
  }

  alarms = merge(local.queue_alarms, local.dead_letter_alarms, local.balancer_alarms, local.other_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.about} Next: ${each.value.runbook}."
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.dimension
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = can(each.value.below) ? each.value.below : each.value.above
  period              = 60
  evaluation_periods  = each.value.minutes
  datapoints_to_alarm = each.value.minutes
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
