output "arns" {
  description = "Each queue's ARN by its name; dead-letter queues end with -dlq."
  value       = { for name, queue in local.all : name => queue.arn }
  # S3 tries a queue when it is told to announce there; so the queue must let it in before.
  depends_on = [aws_sqs_queue_policy.this]
}

output "names" {
  description = "Each queue's full name by its name, as alarms call it."
  value       = { for name, queue in local.all : name => queue.name }
}

output "age_alarms_s" {
  description = "For each queue that consumers read, how old its oldest message may be."
  value       = { for name, queue in local.queues : name => queue.age_alarm_s }
}

output "url_beginning" {
  description = "POSARS_QUEUES: a queue's name behind it is its URL."
  value       = trimsuffix(aws_sqs_queue.this["imports"].url, "imports")
}
