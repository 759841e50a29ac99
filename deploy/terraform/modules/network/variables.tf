variable "name" {
  description = "Beginning of all names, such as posars-dev."
  type        = string
}

variable "region" {
  description = "The region, as part of the endpoints' names."
  type        = string
}

variable "cidr" {
  description = "Addresses of the network; 16 subnets are cut out of it."
  type        = string
  default     = "10.20.0.0/16"
}

variable "zones" {
  description = "Availability zones. Two at least: the balancer and the database need two."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 8 && length(distinct(var.zones)) == length(var.zones)
    error_message = "Name 2 to 8 different zones, such as sa-east-1a and sa-east-1b."
  }
}

variable "nat_gateways" {
  description = "NAT gateways: 0 puts the tasks into public subnets, 1 is shared, one a zone outlives a zone."
  type        = number
  default     = 1
}

variable "interface_endpoints" {
  description = "Services of AWS to reach without the internet, such as sqs, kms, secretsmanager, ecr.api, ecr.dkr, logs."
  type        = list(string)
  default     = []
}

variable "flow_log_days" {
  description = "How long refused connections are kept."
  type        = number
  default     = 30
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}
