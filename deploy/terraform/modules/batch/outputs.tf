output "job_queue" {
  description = "The queue, for `aws batch submit-job --job-queue`."
  value       = aws_batch_job_queue.this.name
}

output "job_queue_arn" {
  description = "The queue."
  value       = aws_batch_job_queue.this.arn
}

output "job_definitions" {
  description = "The jobs, for `aws batch submit-job --job-definition`."
  value       = { for name, definition in aws_batch_job_definition.this : name => definition.name }
}

output "definition_arn_prefixes" {
  description = "The jobs without their versions, for a pipeline's permission."
  value       = [for definition in aws_batch_job_definition.this : definition.arn_prefix]
}

output "role_arns" {
  description = "What jobs may do and what starts them."
  value       = concat([for role in aws_iam_role.job : role.arn], [aws_iam_role.execution.arn])
}

output "failed_rule" {
  description = "The rule that tells failed jobs, as metrics name it."
  value       = aws_cloudwatch_event_rule.failed.name
}
