# One environment: every module of AWS's services, wired. environments/ only say how large.

data "aws_caller_identity" "here" {}
data "aws_partition" "here" {}

locals {
  account_id = data.aws_caller_identity.here.account_id

  # What each role runs, reads, sends and sees; a test of the project compares it with the program's roles and queues.
  all_roles = jsondecode(file("${path.module}/roles.json"))
  # Dropped workbooks are imported by jobs or by the role `work imports`, never by both.
  roles = { for name, role in local.all_roles : name => role if name != "work-imports" || var.imports_by == "worker" }

  # The queues whose consumers whoever commits wakes.
  hint_queues = [for name in keys(module.queues.age_alarms_s) : name if name != "imports"]

  intake = "${var.name}-intake"

  settings = merge(
    {
      POSARS_DATABASE_URL     = module.database.url
      POSARS_QUEUES           = module.queues.url_beginning
      POSARS_FILES            = module.storage.files_url
      POSARS_MASTER_KEY       = "kms:${module.keys.people_key_arn}"
      POSARS_IMPORT_KEEP_DAYS = tostring(var.import_keep_days)
      POSARS_LANGUAGE         = var.language
    },
    var.settings,
  )
  # What who serves callers needs beside it.
  serving = {
    POSARS_AUTH_ISSUER     = module.identity.issuer
    POSARS_AUTH_CLIENT_IDS = join(",", module.identity.client_ids)
    # Balancer and API gateway reach tasks from the network's own addresses.
    POSARS_TRUSTED_PROXIES = module.network.cidr
  }

  collector = {
    image         = var.collector_image
    config        = module.observability.collector.config
    log_group_arn = module.observability.collector.log_group_arn
  }
  image = "${module.cluster.repository_url}:${var.image_tag}"
  # Beside it in the same repository; see deploy/Dockerfile.
  password_image = "${module.cluster.repository_url}:password-${var.image_tag}"
}

module "keys" {
  source = "../modules/keys"
  name   = var.name
}

module "network" {
  source              = "../modules/network"
  name                = var.name
  region              = var.region
  cidr                = var.network.cidr
  zones               = var.network.zones
  nat_gateways        = var.network.nat_gateways
  interface_endpoints = var.network.interface_endpoints
  data_key_arn        = module.keys.data_key_arn
}

module "database" {
  source                 = "../modules/database"
  name                   = var.name
  partition              = data.aws_partition.here.partition
  region                 = var.region
  vpc_id                 = module.network.vpc_id
  subnets                = module.network.private_subnets
  rotation_subnets       = module.network.private_subnets
  data_key_arn           = module.keys.data_key_arn
  password_image         = local.password_image
  instance_class         = var.database.instance_class
  multi_az               = var.database.multi_az
  replicas               = var.database.replicas
  replica_instance_class = var.database.replica_instance_class
  storage_gb             = var.database.storage_gb
  storage_gb_max         = var.database.storage_gb_max
  backup_days            = var.database.backup_days
  deletion_protection    = var.keep
}

module "storage" {
  source            = "../modules/storage"
  name              = var.name
  account_id        = local.account_id
  data_key_arn      = module.keys.data_key_arn
  announce_to       = var.imports_by == "worker" ? "queue" : "events"
  imports_queue_arn = module.queues.arns["imports"]
  import_keep_days  = var.import_keep_days
  audit_lock_mode   = var.keep ? "COMPLIANCE" : "GOVERNANCE"
}

module "queues" {
  source            = "../modules/queues"
  name              = var.name
  account_id        = local.account_id
  intake_bucket_arn = "arn:${data.aws_partition.here.partition}:s3:::${local.intake}-${local.account_id}"
  events_rule_arn   = "arn:${data.aws_partition.here.partition}:events:${var.region}:${local.account_id}:rule/${local.intake}"
}

module "identity" {
  source              = "../modules/identity"
  name                = var.name
  region              = var.region
  domain_prefix       = var.identity.domain_prefix
  companies           = var.identity.companies
  callback_urls       = var.identity.callback_urls
  mfa                 = var.identity.mfa
  deletion_protection = var.keep
}

module "cluster" {
  source             = "../modules/cluster"
  name               = var.name
  data_key_arn       = module.keys.data_key_arn
  container_insights = var.container_insights
}

module "load_balancer" {
  source              = "../modules/load-balancer"
  name                = var.name
  vpc_id              = module.network.vpc_id
  vpc_cidr            = module.network.cidr
  subnets             = module.network.private_subnets
  internal            = true
  caller_cidrs        = [module.network.cidr]
  certificate_arn     = var.balancer.certificate_arn
  access_bucket       = module.storage.access_bucket
  deletion_protection = var.keep
}

# gRPC from the internet: the API gateway does not speak it. Its own balancer, because the gateway's must be internal.
module "grpc_load_balancer" {
  source              = "../modules/load-balancer"
  count               = length(var.balancer.grpc_caller_cidrs) > 0 ? 1 : 0
  name                = "${var.name}-g"
  vpc_id              = module.network.vpc_id
  vpc_cidr            = module.network.cidr
  subnets             = module.network.public_subnets
  internal            = false
  caller_cidrs        = var.balancer.grpc_caller_cidrs
  certificate_arn     = var.balancer.certificate_arn
  access_bucket       = module.storage.access_bucket
  deletion_protection = var.keep
}

module "api" {
  source                     = "../modules/api"
  name                       = var.name
  vpc_id                     = module.network.vpc_id
  subnets                    = module.network.private_subnets
  balancer_security_group_id = module.load_balancer.security_group_id
  listener_arn               = module.load_balancer.listener_arn
  balancer_name              = var.balancer.name
  issuer                     = module.identity.issuer
  client_ids                 = module.identity.client_ids
  allow_origins              = var.api.allow_origins
  calls_per_s                = var.api.calls_per_s
  calls_burst                = var.api.calls_burst
  domain                     = var.api.domain
  data_key_arn               = module.keys.data_key_arn
}

module "transfer" {
  source       = "../modules/transfer"
  count        = var.transfer == null ? 0 : 1
  name         = var.name
  account_id   = local.account_id
  bucket       = module.storage.names["intake"]
  bucket_arn   = module.storage.arns["intake"]
  drop_prefix  = module.storage.drop_prefix
  data_key_arn = module.keys.data_key_arn
  users        = var.transfer.users
  ftp = var.transfer.ftp == null ? null : {
    authorizer_arn = var.transfer.ftp.authorizer_arn
    caller_cidrs   = var.transfer.ftp.caller_cidrs
    vpc_id         = module.network.vpc_id
    subnets        = module.network.private_subnets
  }
}

module "batch" {
  source                     = "../modules/batch"
  name                       = var.name
  region                     = var.region
  account_id                 = local.account_id
  image                      = local.image
  cpu_architecture           = var.cpu_architecture
  repository_arn             = module.cluster.repository_arn
  environment                = local.settings
  password_reader            = module.database.password_reader
  data_key_arn               = module.keys.data_key_arn
  people_key_arn             = module.keys.people_key_arn
  vpc_id                     = module.network.vpc_id
  subnets                    = module.network.task_subnets
  assign_public_ip           = module.network.tasks_have_public_addresses
  database_security_group_id = module.database.security_group_id
  intake_bucket              = module.storage.names["intake"]
  intake_bucket_arn          = module.storage.arns["intake"]
  drop_prefix                = module.storage.drop_prefix
  audit_bucket               = module.storage.names["audit"]
  audit_bucket_arn           = module.storage.arns["audit"]
  companies                  = keys(var.identity.companies)
  sends_queues               = concat([for name in local.hint_queues : module.queues.arns[name]], [module.queues.arns["imports-dlq"]])
  starts_imports             = var.imports_by == "jobs"
  dead_letters_arn           = module.queues.arns["imports-dlq"]
  alarm_topic_arn            = module.observability.alarm_topic_arn
}

module "service" {
  source   = "../modules/service"
  for_each = local.roles

  name    = var.name
  role    = each.key
  command = each.value.command
  image   = local.image
  environment = merge(
    local.settings,
    each.value.command[0] == "serve" ? local.serving : {},
    # In the manner of the job that it stands in for.
    try(each.value.intake, false) ? {
      POSARS_INTAKE                = "s3://${module.storage.names["intake"]}/${module.storage.drop_prefix}"
      POSARS_IMPORT_DEFINE_MISSING = "true"
    } : {},
    try(each.value.reads_replica, false) && module.database.read_url != null ? { POSARS_READ_DATABASE_URL = module.database.read_url } : {},
  )

  region           = var.region
  account_id       = local.account_id
  cluster_arn      = module.cluster.arn
  cluster_name     = module.cluster.name
  repository_arn   = module.cluster.repository_arn
  cpu_architecture = var.cpu_architecture
  data_key_arn     = module.keys.data_key_arn
  people_key_arn   = each.value.people ? module.keys.people_key_arn : null
  password_reader  = module.database.password_reader
  collector        = local.collector

  vpc_id                     = module.network.vpc_id
  subnets                    = module.network.task_subnets
  assign_public_ip           = module.network.tasks_have_public_addresses
  database_security_group_id = module.database.security_group_id

  balancer_security_group_ids = each.value.command[0] != "serve" ? [] : concat(
    [module.load_balancer.security_group_id], module.grpc_load_balancer[*].security_group_id,
  )
  target_group_arns = each.value.command[0] != "serve" ? [] : concat(
    module.load_balancer.target_group_arns[each.key], flatten([for balancer in module.grpc_load_balancer : balancer.target_group_arns[each.key]]),
  )
  alarm_topic_arn = module.observability.alarm_topic_arn
  request_labels  = each.value.command[0] != "serve" ? {} : module.load_balancer.request_labels[each.key]

  reads_queues     = [for name in try(each.value.reads, []) : module.queues.arns[name]]
  scales_on_queues = [for name in try(each.value.reads, []) : module.queues.names[name]]
  sends_queues = concat(
    each.value.sends ? [for name in local.hint_queues : module.queues.arns[name]] : [],
    # What an import refuses for good it puts there itself, with the reason.
    contains(try(each.value.reads, []), "imports") ? [module.queues.arns["imports-dlq"]] : [],
  )
  reads_buckets = concat(
    try(each.value.files, false) ? [{ name = "files", arn = module.storage.arns["files"], prefix = "" }] : [],
    try(each.value.intake, false) ? [{ name = "intake", arn = module.storage.arns["intake"], prefix = "" }] : [],
  )
  writes_buckets = concat(
    try(each.value.files, false) ? [{ name = "files", arn = module.storage.arns["files"], prefix = "" }] : [],
    try(each.value.intake, false) ? [
      { name = "results", arn = module.storage.arns["intake"], prefix = "results/", deletes = true },
    ] : [],
  )

  cpu        = coalesce(try(var.sizes[each.key].cpu, null), var.default_size.cpu)
  memory_mib = coalesce(try(var.sizes[each.key].memory_mib, null), var.default_size.memory_mib)
  tasks_min  = coalesce(try(var.sizes[each.key].tasks_min, null), var.default_size.tasks_min)
  # A consumer runs once in a company, by lease: further workers only wait, unless there are many companies.
  tasks_max = coalesce(
    try(var.sizes[each.key].tasks_max, null),
    each.value.command[0] == "serve" ? var.default_size.tasks_max : max(var.default_size.tasks_min, min(2, var.default_size.tasks_max)),
  )
  # Who serves callers is never ended for somebody who pays more.
  spot     = var.spot_workers && each.value.command[0] == "work"
  log_days = var.log_days
}

module "observability" {
  source           = "../modules/observability"
  name             = var.name
  region           = var.region
  account_id       = local.account_id
  data_key_arn     = module.keys.data_key_arn
  emails           = var.alarm_emails
  queue_names      = module.queues.names
  queue_ages_s     = module.queues.age_alarms_s
  balancers        = merge({ "" = module.load_balancer.arn_suffix }, { for balancer in module.grpc_load_balancer : "-grpc" => balancer.arn_suffix })
  api_id           = module.api.id
  database         = module.database.identifier
  cluster          = module.cluster.name
  services         = [for role in keys(local.roles) : "${var.name}-${role}"]
  failed_jobs_rule = "${var.name}-failed-jobs"
}

module "ci_role" {
  source                      = "../modules/ci-role"
  count                       = length(var.ci.subjects) > 0 ? 1 : 0
  name                        = var.name
  region                      = var.region
  account_id                  = local.account_id
  issuer                      = var.ci.issuer
  provider_arn                = var.ci.provider_arn
  subjects                    = var.ci.subjects
  repository_arn              = module.cluster.repository_arn
  service_arns                = [for service in module.service : service.arn]
  task_role_arns              = concat([for service in module.service : service.task_role_arn], [for service in module.service : service.execution_role_arn], module.batch.role_arns)
  job_queue_arn               = module.batch.job_queue_arn
  job_definition_arn_prefixes = module.batch.definition_arn_prefixes
}
