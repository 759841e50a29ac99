output "environment" {
  description = "Everything that one needs to use and run it."
  value       = module.posars
}
