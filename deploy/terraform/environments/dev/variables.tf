variable "region" {
  description = "The region."
  type        = string
  default     = "sa-east-1"
}

variable "image_tag" {
  description = "Tag of posars' image in the environment's repository."
  type        = string
}

variable "balancer" {
  description = "The balancer's name and its certificate (ACM, this region), and who on the internet may call by gRPC."
  type = object({
    name              = string
    certificate_arn   = string
    grpc_caller_cidrs = optional(list(string), [])
  })
}

variable "identity" {
  description = "Companies with their stores, the sign-in page's name, pages to come back to."
  type = object({
    domain_prefix = string
    companies     = map(list(string))
    callback_urls = optional(list(string), [])
  })
}

variable "api" {
  description = "Web pages that may call, calls per second, a name of one's own."
  type = object({
    allow_origins = optional(list(string), [])
    calls_per_s   = optional(number, 500)
    calls_burst   = optional(number, 1000)
    domain        = optional(object({ name = string, certificate_arn = string }))
  })
  default = {}
}

variable "transfer" {
  description = "Who drops files by SFTP, and FTP from the stores' network; null for neither."
  type = object({
    users = map(object({ folder = string, public_keys = list(string) }))
    ftp   = optional(object({ authorizer_arn = string, caller_cidrs = list(string) }))
  })
  default = null
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = list(string)
}

variable "ci" {
  description = "The pipeline that may roll this environment."
  type = object({
    issuer       = optional(string, "https://token.actions.githubusercontent.com")
    provider_arn = optional(string)
    subjects     = optional(list(string), [])
  })
  default = {}
}
