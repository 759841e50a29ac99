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

variable "nat_gateways" {
  description = "One is shared; one for each of the three zones outlives a zone."
  type        = number
  default     = 3
}

variable "database" {
  description = "Size of PostgreSQL, and whether queries have a replica of the same size."
  type = object({
    instance_class = optional(string, "db.m7g.large")
    replicas       = optional(number, 1)
    storage_gb     = optional(number, 100)
  })
  default = {}
}

variable "default_size" {
  description = "Size and number of each role's tasks."
  type        = object({ cpu = number, memory_mib = number, tasks_min = number, tasks_max = number })
  default     = { cpu = 512, memory_mib = 1024, tasks_min = 2, tasks_max = 6 }
}

variable "sizes" {
  description = "What differs from that, by role."
  type = map(object({
    cpu        = optional(number)
    memory_mib = optional(number)
    tasks_min  = optional(number)
    tasks_max  = optional(number)
  }))
  default = {}
}
