variable "region" {
  description = "Where the state lies; the environments may be elsewhere."
  type        = string
  default     = "sa-east-1"
}

variable "bucket" {
  description = "Name of the bucket, which must be the world's only one."
  type        = string
}
