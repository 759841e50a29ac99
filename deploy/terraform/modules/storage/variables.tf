variable "name" {
  description = "Beginning of all names, such as posars-dev; buckets also end with the account, for their names are the world's."
  type        = string
}

variable "account_id" {
  description = "The account."
  type        = string
}

variable "data_key_arn" {
  description = "The key of everything at rest."
  type        = string
}

variable "files_prefix" {
  description = "Folder of POSARS_FILES in its bucket."
  type        = string
  default     = "posars"
}

variable "announce_to" {
  description = "Who hears of a dropped file: `events` (EventBridge, which starts a job) or `queue` (the role `work imports`)."
  type        = string
  default     = "events"

  validation {
    condition     = contains(["events", "queue"], var.announce_to)
    error_message = "Either events or queue: announced twice, each file would be read twice."
  }
}

variable "imports_queue_arn" {
  description = "The queue `imports`, used with announce_to = queue."
  type        = string
}

variable "import_keep_days" {
  description = "Days until dropped files and their results go; the same as POSARS_IMPORT_KEEP_DAYS."
  type        = number
  default     = 90
}

variable "audit_lock_mode" {
  description = "COMPLIANCE: nobody can delete a head before its time. GOVERNANCE: who has a special permission can."
  type        = string
  default     = "COMPLIANCE"

  validation {
    condition     = contains(["COMPLIANCE", "GOVERNANCE"], var.audit_lock_mode)
    error_message = "S3 knows COMPLIANCE and GOVERNANCE."
  }
}

variable "audit_lock_days" {
  description = "How long a head of the audit chain cannot be changed: 5 years and a bit, as long as a tax office may ask."
  type        = number
  default     = 2190
}

variable "access_log_days" {
  description = "How long access logs are kept."
  type        = number
  default     = 365
}
