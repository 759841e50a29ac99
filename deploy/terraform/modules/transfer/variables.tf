variable "name" {
  description = "Beginning of all names, such as posars-dev."
  type        = string
}

variable "account_id" {
  description = "The account."
  type        = string
}

variable "bucket" {
  description = "The bucket of dropped files."
  type        = string
}

variable "bucket_arn" {
  description = "Its ARN."
  type        = string
}

variable "drop_prefix" {
  description = "Where in it files are dropped, such as intake/."
  type        = string
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "users" {
  description = "Who drops files: user -> folder (a store, say) and public keys for SSH."
  type        = map(object({ folder = string, public_keys = list(string) }))
  default     = {}

  validation {
    condition     = alltrue([for drop in values(var.users) : can(regex("^[A-Za-z0-9][A-Za-z0-9_.-]*$", drop.folder))])
    error_message = "A folder is one name of letters, digits, '.', '_' and '-', or one user could reach another's."
  }

  validation {
    condition     = alltrue([for drop in values(var.users) : length(drop.public_keys) > 0])
    error_message = "A user without a key cannot sign in."
  }
}

variable "ftp" {
  description = "Plain FTP: the function that knows its users (Lambda), the network, and the addresses that may call. null for none."
  type = object({
    authorizer_arn = string
    vpc_id         = string
    subnets        = list(string)
    caller_cidrs   = list(string)
  })
  default = null

  validation {
    condition     = var.ftp == null || alltrue([for cidr in try(var.ftp.caller_cidrs, []) : cidr != "0.0.0.0/0"])
    error_message = "FTP sends passwords in the clear: name the stores' addresses."
  }
}

variable "log_days" {
  description = "How long the log of transfers is kept."
  type        = number
  default     = 365
}
