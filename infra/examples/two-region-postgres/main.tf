# The workload, once in each Region: a network, a front door with tasks, a database; and across them files, the edge, and
# a private zone. What is Understudy's is in understudy.tf.

data "aws_route53_zone" "public" {
  provider = aws.primary

  name         = var.names.zone
  private_zone = false
}

locals {
  names     = { for role in ["primary", "standby"] : role => "${var.application}-${var.regions[role]}" }
  endpoints = { for role in ["primary", "standby"] : role => "${var.regions[role]}.${var.names.write}" }
  writer    = "writer.${var.names.private}"
}

module "network_primary" {
  source    = "./modules/network"
  providers = { aws = aws.primary }

  name           = local.names.primary
  cidr           = var.networks.primary
  zones          = var.zones.primary
  container_port = var.container.port
}

module "network_standby" {
  source    = "./modules/network"
  providers = { aws = aws.standby }

  name           = local.names.standby
  cidr           = var.networks.standby
  zones          = var.zones.standby
  container_port = var.container.port
}

module "database" {
  source    = "./modules/database"
  providers = { aws = aws.primary }

  name                = var.application
  standby             = { region = var.regions.standby, key_arn = module.replica.key_arn }
  database            = var.database
  password            = var.database_password
  network             = { subnet_ids = module.network_primary.subnet_ids.data, security_group_ids = [module.network_primary.security_group_ids.database] }
  deletion_protection = var.deletion_protection
}

module "replica" {
  source    = "./modules/replica"
  providers = { aws = aws.standby }

  name                = "${var.application}-replica"
  source_arn          = module.database.arn
  database            = var.database
  network             = { subnet_ids = module.network_standby.subnet_ids.data, security_group_ids = [module.network_standby.security_group_ids.database] }
  deletion_protection = var.deletion_protection
}

module "service_primary" {
  source    = "./modules/service"
  providers = { aws = aws.primary }

  name                = local.names.primary
  names               = { zone_id = data.aws_route53_zone.public.zone_id, endpoint = local.endpoints.primary, also = [var.names.write, var.names.read] }
  network             = module.network_primary
  image               = var.image
  container           = var.container
  tasks               = var.container.tasks.primary
  log_retention_days  = var.log_retention_days
  deletion_protection = var.deletion_protection

  database = {
    local          = module.database.address
    writer         = local.writer
    name           = var.database.name
    user           = var.database.user
    secret_arn     = module.database.secret.arn
    secret_key_arn = module.database.secret.key_arn
  }
}

# Runs before it is needed, with fewer tasks: it answers reads, and a failover asks nobody for capacity to begin with.
module "service_standby" {
  source    = "./modules/service"
  providers = { aws = aws.standby }

  name                = local.names.standby
  names               = { zone_id = data.aws_route53_zone.public.zone_id, endpoint = local.endpoints.standby, also = [var.names.write, var.names.read] }
  network             = module.network_standby
  image               = var.image
  container           = var.container
  tasks               = var.container.tasks.standby
  log_retention_days  = var.log_retention_days
  deletion_protection = var.deletion_protection

  database = {
    local          = module.replica.address
    writer         = local.writer
    name           = var.database.name
    user           = var.database.user
    secret_arn     = module.database.secret.standby_arn
    secret_key_arn = module.database.secret.standby_key_arn
  }
}

module "files" {
  source    = "./modules/files"
  providers = { aws.primary = aws.primary, aws.standby = aws.standby }

  names = {
    primary = "${local.names.primary}-files-${var.account_id}"
    standby = "${local.names.standby}-files-${var.account_id}"
  }
  role_name = "${var.application}-files-replication"
  readers   = module.edge.distribution_arn
  keep      = var.deletion_protection
}

module "edge" {
  source    = "./modules/edge"
  providers = { aws = aws.edge }

  name = var.application
  site = { name = var.names.site, zone_id = data.aws_route53_zone.public.zone_id }
  origins = {
    write = var.names.write
    read  = var.names.read
    # Written out, because the buckets' policy names the distribution.
    files = { for role in ["primary", "standby"] : role => "${local.names[role]}-files-${var.account_id}.s3.${var.regions[role]}.amazonaws.com" }
  }
}

# Inside the VPCs the database's writer has one name, which moves when the latch does.
resource "aws_route53_zone" "private" {
  #checkov:skip=CKV2_AWS_38: a private zone cannot be signed
  #checkov:skip=CKV2_AWS_39: queries of two VPCs for one name tell nothing
  provider = aws.primary

  name    = var.names.private
  comment = "What follows the writer of ${var.application}"

  vpc {
    vpc_id     = module.network_primary.vpc_id
    vpc_region = var.regions.primary
  }

  vpc {
    vpc_id     = module.network_standby.vpc_id
    vpc_region = var.regions.standby
  }
}
