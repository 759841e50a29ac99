# The environment `prod`: how large it is, and who it belongs to. What it is made of stands in ../../stack.

terraform {
  # Bucket, region and key come from the bootstrap (README.md); the lock is a file beside the state.
  backend "s3" {
    key          = "posars/prod.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = "posars", environment = "prod" }
  }
}

# For shops: two zones and more of everything that serves, a database that takes over by itself, nothing deletable.
module "posars" {
  source    = "../../stack"
  name      = "posars-prod"
  region    = var.region
  keep      = true
  image_tag = var.image_tag

  network = { zones = ["${var.region}a", "${var.region}b", "${var.region}c"], nat_gateways = var.nat_gateways }
  database = {
    instance_class         = var.database.instance_class
    multi_az               = true
    replicas               = var.database.replicas
    replica_instance_class = var.database.instance_class
    storage_gb             = var.database.storage_gb
    storage_gb_max         = var.database.storage_gb * 10
    backup_days            = 35
  }
  identity = merge(var.identity, { mfa = "ON" })
  balancer = var.balancer
  api      = var.api
  transfer = var.transfer

  default_size = var.default_size
  # Workers take turns by lease: the second of each is there when the first ends.
  sizes = merge({
    work-relay = { tasks_max = 2 }
    sales      = { tasks_max = 20 }
  }, var.sizes)
  log_days     = 365
  alarm_emails = var.alarm_emails
  ci           = var.ci
}
