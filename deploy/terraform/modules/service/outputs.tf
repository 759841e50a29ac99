output "environment" {
  description = "What posars is set to."
  value       = local.environment
}

output "name" {
  description = "The service's name."
  value       = aws_ecs_service.this.name
}

output "arn" {
  description = "The service."
  value       = aws_ecs_service.this.id
}

output "task_role_arn" {
  description = "What the task may do."
  value       = aws_iam_role.task.arn
}

output "execution_role_arn" {
  description = "What ECS needs to start it."
  value       = aws_iam_role.execution.arn
}

output "log_group" {
  description = "Its log."
  value       = aws_cloudwatch_log_group.this.name
}

output "statements" {
  description = "Its permissions, for tests and reviews."
  value       = local.statements
}
