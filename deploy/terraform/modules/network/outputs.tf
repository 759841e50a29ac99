output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Its addresses."
  value       = aws_vpc.this.cidr_block
}

output "public_subnets" {
  description = "Where what faces the internet sits."
  value       = [for zone in var.zones : aws_subnet.public[zone].id]
}

output "private_subnets" {
  description = "Where the database and the balancer sit."
  value       = [for zone in var.zones : aws_subnet.private[zone].id]
}

output "task_subnets" {
  description = "Where tasks sit."
  value       = [for zone in var.zones : local.task_subnets[zone].id]
}

output "tasks_have_public_addresses" {
  description = "Whether tasks need addresses of their own, because there is no NAT gateway."
  value       = var.nat_gateways == 0
}
