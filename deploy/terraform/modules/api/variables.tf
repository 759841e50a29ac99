variable "name" {
  description = "Name of the API and beginning of all names, such as posars-dev."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "subnets" {
  description = "Private subnets from which it reaches the balancer."
  type        = list(string)
}

variable "balancer_security_group_id" {
  description = "The balancer's group."
  type        = string
}

variable "listener_arn" {
  description = "The balancer's HTTPS listener."
  type        = string
}

variable "balancer_name" {
  description = "The name in the balancer's certificate."
  type        = string
}

variable "issuer" {
  description = "Who signs tokens: the pool's issuer."
  type        = string
}

variable "client_ids" {
  description = "Clients whose tokens are taken."
  type        = list(string)
}

variable "allow_origins" {
  description = "Origins whose web pages may call."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.allow_origins, "*")
    error_message = "Name the origins; with * any page on the internet may call with its visitor's token."
  }
}

variable "calls_per_s" {
  description = "Calls per second of all callers together; more are answered 429."
  type        = number
  default     = 500
}

variable "calls_burst" {
  description = "Calls at once after a pause."
  type        = number
  default     = 1000
}

variable "domain" {
  description = "A name of one's own with its certificate in this region; null for the one that AWS gives."
  type        = object({ name = string, certificate_arn = string })
  default     = null
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "log_days" {
  description = "How long the access log is kept."
  type        = number
  default     = 90
}
