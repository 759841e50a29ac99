variable "name" {
  description = "Beginning of all names, such as posars-dev; 15 letters at most."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}$", var.name))
    error_message = "Small letters, digits and hyphens, 15 at most: names of AWS end at 32 letters, and buckets know no capitals."
  }
}

variable "region" {
  description = "The region."
  type        = string
}

variable "keep" {
  description = "Whether AWS refuses to delete what holds data: the database, the pool, the balancers, heads of the audit chain."
  type        = bool
}

variable "image_tag" {
  description = "Tag of posars' image in the environment's repository; the same for every role."
  type        = string
}

variable "cpu_architecture" {
  description = "ARM64 or X86_64, as the image was built."
  type        = string
  default     = "ARM64"
}

variable "collector_image" {
  description = "AWS Distro for OpenTelemetry."
  type        = string
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
}

variable "network" {
  description = "Addresses, zones, NAT gateways (0 puts tasks into public subnets) and endpoints of AWS inside the network."
  type = object({
    cidr                = optional(string, "10.20.0.0/16")
    zones               = list(string)
    nat_gateways        = optional(number, 1)
    interface_endpoints = optional(list(string), [])
  })
}

variable "database" {
  description = "The size of PostgreSQL."
  type = object({
    instance_class         = string
    multi_az               = bool
    replicas               = optional(number, 0)
    replica_instance_class = optional(string, "db.t4g.small")
    storage_gb             = number
    storage_gb_max         = number
    backup_days            = number
  })
}

variable "identity" {
  description = "Companies with their stores, the sign-in page's name, pages to come back to, second factor."
  type = object({
    domain_prefix = string
    companies     = map(list(string))
    callback_urls = optional(list(string), [])
    mfa           = optional(string, "OPTIONAL")
  })
}

variable "balancer" {
  description = "The balancer's name and its certificate (ACM, this region), and who on the internet may call by gRPC."
  type = object({
    name              = string
    certificate_arn   = string
    grpc_caller_cidrs = optional(list(string), [])
  })
}

variable "api" {
  description = "The API gateway: web pages that may call, calls per second, a name of one's own."
  type = object({
    allow_origins = optional(list(string), [])
    calls_per_s   = optional(number, 500)
    calls_burst   = optional(number, 1000)
    domain        = optional(object({ name = string, certificate_arn = string }))
  })
  default = {}
}

variable "transfer" {
  description = "Who drops files by SFTP, and FTP from the stores' network; null for neither (the server costs by the hour)."
  type = object({
    users = map(object({ folder = string, public_keys = list(string) }))
    ftp   = optional(object({ authorizer_arn = string, caller_cidrs = list(string) }))
  })
  default = null
}

variable "imports_by" {
  description = "Who imports dropped workbooks: `jobs` (Batch, paid by the minute) or `worker` (the role `work imports`)."
  type        = string
  default     = "jobs"

  validation {
    condition     = contains(["jobs", "worker"], var.imports_by)
    error_message = "jobs or worker."
  }
}

variable "import_keep_days" {
  description = "Days until dropped files and their results go."
  type        = number
  default     = 90
}

variable "language" {
  description = "Language of reports and of what is said about rows: pt or en."
  type        = string
  default     = "pt"
}

variable "settings" {
  description = "Further settings of every role (POSARS_*), such as limits."
  type        = map(string)
  default     = {}
}

variable "default_size" {
  description = "Size and number of each role's tasks."
  type = object({
    cpu        = number
    memory_mib = number
    tasks_min  = number
    tasks_max  = number
  })
}

variable "sizes" {
  description = "What differs, by role: { sales = { tasks_min = 3 } }."
  type = map(object({
    cpu        = optional(number)
    memory_mib = optional(number)
    tasks_min  = optional(number)
    tasks_max  = optional(number)
  }))
  default = {}
}

variable "spot_workers" {
  description = "Whether workers run on spare capacity. They lose nothing when they are ended, only time."
  type        = bool
  default     = false
}

variable "container_insights" {
  description = "CloudWatch's figures of each container: disabled, enabled or enhanced."
  type        = string
  default     = "enabled"
}

variable "log_days" {
  description = "How long logs are kept."
  type        = number
  default     = 90
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = list(string)
}

variable "ci" {
  description = "The pipeline that may roll this environment: who signs its tokens, the account's provider if it has one, subjects."
  type = object({
    issuer       = optional(string, "https://token.actions.githubusercontent.com")
    provider_arn = optional(string)
    subjects     = optional(list(string), [])
  })
  default = {}
}
