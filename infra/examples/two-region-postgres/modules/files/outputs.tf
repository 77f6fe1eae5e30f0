output "names" {
  description = "By role of the Region: the bucket's name."
  value       = { for role, bucket in local.buckets : role => bucket.bucket }
}

output "domains" {
  description = "By role of the Region: the bucket's name in DNS, as an origin of CloudFront."
  value       = { for role, bucket in local.buckets : role => bucket.bucket_regional_domain_name }
}
