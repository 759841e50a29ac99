# Where stores and suppliers drop workbooks (Transfer Family): SFTP with keys, each user in a folder of their own.
#
# Plain FTP is an opt-in: AWS allows it inside the network alone, with an identity provider that is a function.

locals {
  name_of_logs = "/${var.name}/transfer"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = local.name_of_logs
  retention_in_days = var.log_days
  kms_key_id        = var.data_key_arn
}

resource "aws_transfer_server" "sftp" {
  #checkov:skip=CKV_AWS_164:Stores drop their files from the internet, by SFTP and with a key of their own.
  domain                      = "S3"
  protocols                   = ["SFTP"]
  identity_provider_type      = "SERVICE_MANAGED"
  endpoint_type               = "PUBLIC"
  security_policy_name        = "TransferSecurityPolicy-2025-03"
  structured_log_destinations = ["${aws_cloudwatch_log_group.this.arn}:*"]
  tags                        = { Name = "${var.name}-sftp" }

  protocol_details {
    # Clients set times and modes, which S3 has not; without this the upload fails at its end.
    set_stat_option = "ENABLE_NO_OP"
  }
}

resource "aws_iam_role" "user" {
  for_each = var.users
  name     = "${var.name}-drop-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "transfer.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

# Many clients write `name.part` first and rename it, which is a copy and a deletion in S3.
resource "aws_iam_role_policy" "user" {
  for_each = var.users
  name     = "drop"
  role     = aws_iam_role.user[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "SeeOwnFolder"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [var.bucket_arn]
        Condition = { StringLike = { "s3:prefix" = ["${var.drop_prefix}${each.value.folder}/*"] } }
      },
      {
        Sid      = "DropIntoOwnFolder"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = ["${var.bucket_arn}/${var.drop_prefix}${each.value.folder}/*"]
      },
      { Sid = "UseDataKey", Effect = "Allow", Action = ["kms:GenerateDataKey", "kms:Decrypt"], Resource = [var.data_key_arn] },
    ]
  })
}

resource "aws_transfer_user" "this" {
  for_each            = var.users
  server_id           = aws_transfer_server.sftp.id
  user_name           = each.key
  role                = aws_iam_role.user[each.key].arn
  home_directory_type = "LOGICAL"

  # The user sees their folder as the root and nothing above it.
  home_directory_mappings {
    entry  = "/"
    target = "/${var.bucket}/${var.drop_prefix}${each.value.folder}"
  }
}

resource "aws_transfer_ssh_key" "this" {
  for_each = merge([
    for user, drop in var.users : { for index, key in drop.public_keys : "${user}-${index}" => { user = user, key = key } }
  ]...)
  server_id = aws_transfer_server.sftp.id
  user_name = aws_transfer_user.this[each.value.user].user_name
  body      = each.value.key
}

# For machines that know nothing else, and only from the network (a VPN of the stores).
resource "aws_security_group" "ftp" {
  count       = var.ftp == null ? 0 : 1
  name        = "${var.name}-ftp"
  description = "FTP from the stores' network"
  vpc_id      = var.ftp.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "ftp" {
  for_each = var.ftp == null ? {} : {
    for pair in setproduct(var.ftp.caller_cidrs, [{ name = "control", from = 21, to = 21 }, { name = "files", from = 8192, to = 8200 }]) :
    "${pair[0]}-${pair[1].name}" => { cidr = pair[0], from = pair[1].from, to = pair[1].to }
  }
  security_group_id = aws_security_group.ftp[0].id
  description       = "FTP of the stores"
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.from
  to_port           = each.value.to
}

resource "aws_transfer_server" "ftp" {
  #checkov:skip=CKV_AWS_357:TLS is what FTP has not; this server is an opt-in and reachable from the network alone.
  #checkov:skip=CKV_AWS_380:A policy of ciphers is for TLS, which FTP has not.
  count                       = var.ftp == null ? 0 : 1
  domain                      = "S3"
  protocols                   = ["FTP"]
  identity_provider_type      = "AWS_LAMBDA"
  function                    = var.ftp.authorizer_arn
  endpoint_type               = "VPC"
  structured_log_destinations = ["${aws_cloudwatch_log_group.this.arn}:*"]
  tags                        = { Name = "${var.name}-ftp" }

  endpoint_details {
    vpc_id             = var.ftp.vpc_id
    subnet_ids         = var.ftp.subnets
    security_group_ids = [aws_security_group.ftp[0].id]
  }
}

resource "aws_lambda_permission" "ftp" {
  count          = var.ftp == null ? 0 : 1
  statement_id   = "${var.name}-ftp"
  action         = "lambda:InvokeFunction"
  function_name  = var.ftp.authorizer_arn
  principal      = "transfer.amazonaws.com"
  source_arn     = aws_transfer_server.ftp[0].arn
  source_account = var.account_id
}
