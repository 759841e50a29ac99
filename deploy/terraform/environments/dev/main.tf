# The environment `dev`: how large it is, and who it belongs to. What it is made of stands in ../../stack.

terraform {
  # Bucket, region and key come from the bootstrap (README.md); the lock is a file beside the state.
  backend "s3" {
    key          = "posars/dev.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "posars", environment = "dev" }
  }
}

# For trying out: one of each, in one zone where that is allowed, workers on spare capacity, nothing protected.
module "posars" {
  source    = "../../stack"
  name      = "posars-dev"
  region    = var.region
  keep      = false
  image_tag = var.image_tag

  network  = { zones = ["${var.region}a", "${var.region}b"], nat_gateways = 1 }
  database = { instance_class = "db.t4g.micro", multi_az = false, storage_gb = 20, storage_gb_max = 50, backup_days = 7 }
  identity = merge(var.identity, { mfa = "OFF" })
  balancer = var.balancer
  api      = var.api
  transfer = var.transfer

  default_size       = { cpu = 256, memory_mib = 512, tasks_min = 1, tasks_max = 1 }
  spot_workers       = true
  container_insights = "disabled"
  log_days           = 14
  alarm_emails       = var.alarm_emails
  ci                 = var.ci
}
