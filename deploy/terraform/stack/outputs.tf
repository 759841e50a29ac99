output "api_url" {
  description = "Where REST clients call."
  value       = module.api.url
}

output "balancer_dns_name" {
  description = "Where the balancer's name must point to, in the network."
  value       = module.load_balancer.dns_name
}

output "grpc_dns_name" {
  description = "Where gRPC clients' name must point to; null without."
  value       = try(module.grpc_load_balancer[0].dns_name, null)
}

output "issuer" {
  description = "Who signs tokens."
  value       = module.identity.issuer
}

output "pool_id" {
  description = "The user pool, to add people to."
  value       = module.identity.pool_id
}

output "repository_url" {
  description = "Where images are pushed."
  value       = module.cluster.repository_url
}

output "cluster" {
  description = "The cluster."
  value       = module.cluster.name
}

output "services" {
  description = "The service of each role."
  value       = { for role, service in module.service : role => service.name }
}

output "jobs" {
  description = "The queue and the jobs, for `aws batch submit-job`."
  value       = { queue = module.batch.job_queue, definitions = module.batch.job_definitions }
}

output "buckets" {
  description = "Files, dropped workbooks, heads of the audit chain."
  value       = module.storage.names
}

output "sftp_endpoint" {
  description = "Where files are dropped; null without."
  value       = try(module.transfer[0].sftp_endpoint, null)
}

output "ci_role_arn" {
  description = "What the pipeline assumes; null without."
  value       = try(module.ci_role[0].role_arn, null)
}

output "settings" {
  description = "What every role is set to."
  value       = local.settings
}

output "permissions" {
  description = "What each role may do, for reviews and tests."
  value       = { for role, service in module.service : role => service.statements }
}
