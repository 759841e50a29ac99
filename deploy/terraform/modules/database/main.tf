# The database (RDS for PostgreSQL): Multi-AZ, encrypted, restorable to any second, its password rotated.

locals {
  # RDS itself keeps and rotates the password, unless there are replicas: RDS refuses a replica of an instance whose
  # password it manages. Then a secret of ours holds it, and AWS's own function rotates it.
  is_managed  = var.replicas == 0
  secret_arn  = local.is_managed ? aws_db_instance.main.master_user_secret[0].secret_arn : aws_secretsmanager_secret.own[0].arn
  port        = 5432
  user        = "posars"
  database    = "posars"
  ca_file     = "/etc/posars/rds-ca.pem"
  folder      = "/run/posars"
  settings    = "sslmode=verify-full&sslrootcert=${local.ca_file}&passfile=${local.folder}/password"
  url_of      = { for role, host in local.hosts : role => "postgres://${local.user}@${host}:${local.port}/${local.database}?${local.settings}" }
  hosts       = merge({ writer = aws_db_instance.main.address }, var.replicas > 0 ? { reader = aws_db_instance.replica[0].address } : {})
  log_exports = ["postgresql", "upgrade"]
}

resource "aws_db_subnet_group" "this" {
  name       = var.name
  subnet_ids = var.subnets
}

# Who may enter is said where the one who enters is made.
resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "PostgreSQL of ${var.name}"
  vpc_id      = var.vpc_id
}

resource "aws_db_parameter_group" "this" {
  name   = "${var.name}-${var.family}"
  family = var.family

  # No plain connection, whatever a client asks for.
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # What the product measured its guarantees with: an answer means the commit is on disk.
  parameter {
    name  = "synchronous_commit"
    value = "on"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  # Statements in the log of errors would show what they carry.
  parameter {
    name  = "log_parameter_max_length_on_error"
    value = "0"
  }

  parameter {
    name  = "log_parameter_max_length"
    value = "0"
  }

  # A transaction that a dead client left open would hold the gate of its log.
  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "60000"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_db_instance" "main" {
  #checkov:skip=CKV_AWS_293:It is on, except where an environment is for trying out (var.deletion_protection).
  #checkov:skip=CKV_AWS_157:It is on, except where an environment is for trying out (var.multi_az).
  #checkov:skip=CKV_AWS_161:A token of IAM lives 15 minutes and each costs a call; posars reads a rotated password from a file.
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version
  instance_class = var.instance_class
  db_name        = local.database
  username       = local.user
  port           = local.port

  manage_master_user_password   = local.is_managed ? true : null
  master_user_secret_kms_key_id = local.is_managed ? var.data_key_arn : null
  password_wo                   = local.is_managed ? null : data.aws_secretsmanager_random_password.first[0].random_password
  password_wo_version           = local.is_managed ? null : 1

  storage_type          = "gp3"
  allocated_storage     = var.storage_gb
  max_allocated_storage = var.storage_gb_max
  storage_encrypted     = true
  kms_key_id            = var.data_key_arn

  multi_az                            = var.multi_az
  db_subnet_group_name                = aws_db_subnet_group.this.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  publicly_accessible                 = false
  iam_database_authentication_enabled = false
  parameter_group_name                = aws_db_parameter_group.this.name
  ca_cert_identifier                  = "rds-ca-rsa2048-g1"

  # With backups on, RDS can restore to any second of these days.
  backup_retention_period    = var.backup_days
  backup_window              = "06:00-06:30"
  maintenance_window         = "sun:07:00-sun:08:00"
  copy_tags_to_snapshot      = true
  delete_automated_backups   = false
  deletion_protection        = var.deletion_protection
  skip_final_snapshot        = false
  final_snapshot_identifier  = "${var.name}-final"
  auto_minor_version_upgrade = true

  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.data_key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports = local.log_exports
}

# RDS would make these groups itself, without an end and without our key.
resource "aws_cloudwatch_log_group" "logs" {
  #checkov:skip=CKV_AWS_338:How long it is kept is var.log_days; the server's log is for mending, not for proof.
  for_each          = toset(local.log_exports)
  name              = "/aws/rds/instance/${var.name}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = var.data_key_arn
}

# Queries may read here (POSARS_READ_DATABASE_URL); decisions never do.
resource "aws_db_instance" "replica" {
  #checkov:skip=CKV_AWS_293:It is on, except where an environment is for trying out (var.deletion_protection).
  #checkov:skip=CKV_AWS_157:A replica holds nothing of its own: when it is away, the writer answers.
  count               = var.replicas
  identifier          = "${var.name}-replica-${count.index + 1}"
  replicate_source_db = aws_db_instance.main.identifier
  instance_class      = var.replica_instance_class

  storage_type           = "gp3"
  max_allocated_storage  = var.storage_gb_max
  storage_encrypted      = true
  kms_key_id             = var.data_key_arn
  vpc_security_group_ids = [aws_security_group.database.id]
  publicly_accessible    = false
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  copy_tags_to_snapshot      = true
  deletion_protection        = var.deletion_protection
  skip_final_snapshot        = true
  auto_minor_version_upgrade = true

  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.data_key_arn
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports = local.log_exports
}

resource "aws_iam_role" "monitoring" {
  name = "${var.name}-database-monitoring"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
