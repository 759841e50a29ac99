variable "name" {
  description = "Name of the balancer and beginning of all names, such as posars-dev; 17 letters at most, as AWS's names end at 32."
  type        = string

  validation {
    condition     = length(var.name) <= 17
    error_message = "AWS allows a target group 32 letters, of which an area and a protocol take 15."
  }
}

variable "areas" {
  description = "The roles that serve: each gets a target group for HTTP and one for gRPC."
  type        = list(string)
  default     = ["sales", "finance", "inventory", "hr", "reporting"]
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "vpc_cidr" {
  description = "Its addresses."
  type        = string
}

variable "subnets" {
  description = "Subnets in two zones at least: private ones for an internal balancer."
  type        = list(string)
}

variable "internal" {
  description = "Whether only the network reaches it: REST then comes through the API gateway, gRPC from the network itself."
  type        = bool
  default     = true
}

variable "caller_cidrs" {
  description = "Addresses that may call."
  type        = list(string)
}

variable "certificate_arn" {
  description = "Certificate (ACM) of the name that callers use."
  type        = string
}

variable "access_bucket" {
  description = "Bucket of access logs."
  type        = string
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete it."
  type        = bool
  default     = true
}
