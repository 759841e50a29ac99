# The files (S3): reports and results, dropped imports, heads of the audit chain, and the log of who read them.

locals {
  buckets = {
    # Reports: POSARS_FILES.
    files = "${var.name}-files-${var.account_id}"
    # Workbooks as they were dropped, by SFTP or otherwise, with their results beside them.
    intake = "${var.name}-intake-${var.account_id}"
    # Heads of the audit chain, which nobody can change for years: the anchor of `posars audit verify --anchor`.
    audit = "${var.name}-audit-${var.account_id}"
  }
  log_bucket = "${var.name}-access-${var.account_id}"
  # Where people and programs drop workbooks. What is written beside lies elsewhere, or one import would start the next.
  drop_prefix = "intake/"
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:A second region is a choice of the owner and doubles the cost; README.md says how.
  #checkov:skip=CKV2_AWS_62:Only dropped imports are announced; nobody waits for the rest.
  #checkov:skip=CKV_AWS_18:Every bucket logs to the one of access logs, in aws_s3_bucket_logging.this.
  #checkov:skip=CKV_AWS_21:Versions are on, in aws_s3_bucket_versioning.this; checkov does not follow for_each.
  #checkov:skip=CKV_AWS_145:Our key encrypts, in aws_s3_bucket_server_side_encryption_configuration.this.
  #checkov:skip=CKV2_AWS_6:Public access is blocked, in aws_s3_bucket_public_access_block.this.
  for_each            = local.buckets
  bucket              = each.value
  object_lock_enabled = each.key == "audit"
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = aws_s3_bucket.this
  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.id

  rule {
    # One call of KMS for many objects, not for each.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.data_key_arn
    }
  }
}

resource "aws_s3_bucket_logging" "this" {
  for_each      = aws_s3_bucket.this
  bucket        = each.value.id
  target_bucket = aws_s3_bucket.access.id
  target_prefix = "s3/${each.key}/"
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this
  bucket   = each.value.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EncryptedConnectionsOnly"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = [each.value.arn, "${each.value.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

# Dropped workbooks hold personal data: names and tax numbers of buyers. So they and what was written beside them go.
resource "aws_s3_bucket_lifecycle_configuration" "intake" {
  bucket = aws_s3_bucket.this["intake"].id

  rule {
    id     = "imports-end"
    status = "Enabled"

    filter {}

    expiration {
      days = var.import_keep_days
    }

    # A version that was replaced or deleted is still there until this, so this is short.
    noncurrent_version_expiration {
      noncurrent_days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "files" {
  bucket = aws_s3_bucket.this["files"].id

  rule {
    id     = "old-reports-are-cheaper"
    status = "Enabled"

    filter {}

    transition {
      days          = 90
      storage_class = "STANDARD_IA"
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  bucket = aws_s3_bucket.this["audit"].id

  rule {
    id     = "abandoned-uploads-end"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# Nobody, not even who pays for the account, can change or delete a head before its time (mode COMPLIANCE).
resource "aws_s3_bucket_object_lock_configuration" "audit" {
  bucket = aws_s3_bucket.this["audit"].id

  rule {
    default_retention {
      mode = var.audit_lock_mode
      days = var.audit_lock_days
    }
  }
}

# Announces dropped files: to EventBridge, whose rule starts a job, or to the queue of the worker.
resource "aws_s3_bucket_notification" "intake" {
  bucket      = aws_s3_bucket.this["intake"].id
  eventbridge = var.announce_to == "events"

  dynamic "queue" {
    for_each = var.announce_to == "queue" ? [var.imports_queue_arn] : []

    content {
      queue_arn     = queue.value
      events        = ["s3:ObjectCreated:*"]
      filter_prefix = local.drop_prefix
    }
  }
}
