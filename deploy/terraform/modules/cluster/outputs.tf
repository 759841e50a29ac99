output "name" {
  description = "The cluster's name."
  value       = aws_ecs_cluster_capacity_providers.this.cluster_name
}

output "arn" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.arn
}

output "repository_url" {
  description = "Where images are pushed."
  value       = aws_ecr_repository.this.repository_url
}

output "repository_arn" {
  description = "The repository."
  value       = aws_ecr_repository.this.arn
}
