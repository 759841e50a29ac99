output "alarm_topic_arn" {
  description = "Where alarms are told."
  value       = aws_sns_topic_policy.alarms.arn
}

output "collector" {
  description = "Configuration of the collector in each task, and the log group that it writes figures to."
  value = {
    config        = local.collector_config
    log_group_arn = aws_cloudwatch_log_group.figures.arn
  }
}

output "alarm_names" {
  description = "All alarms."
  value       = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name]
}
