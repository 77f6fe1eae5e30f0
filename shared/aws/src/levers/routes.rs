//! The routes of a Multi-Region Access Point: each is all or nothing, and both are set in one request, so that S3
//! never sees both closed.

use super::{Asked, unread, unset};
use crate::clients::Clients;
use aws_sdk_s3control::config::http::HttpResponse;
use aws_sdk_s3control::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3control::types::MultiRegionAccessPointRoute;
use understudy_engine::{AccessPointArn, Bucket, LeverAnswer, LeverTrouble, Region};

const OPEN: i32 = 100;
const CLOSED: i32 = 0;

pub(super) async fn read(
    clients: &Clients,
    region: &Region,
    point: &AccessPointArn,
    on: &(Region, Bucket),
    off: &(Region, Bucket),
) -> Asked {
    let call = clients.s3control(region).get_multi_region_access_point_routes();
    let answer = match call.account_id(point.account()).mrap(point.as_str()).send().await {
        Ok(answer) => answer,
        Err(error) => return unread(&error, is_missing(&error)),
    };
    let dial = |(region, bucket): &(Region, Bucket)| {
        let is_it = |route: &&MultiRegionAccessPointRoute| {
            route.bucket() == Some(bucket.as_str()) && route.region().is_none_or(|code| code == region.as_str())
        };
        answer.routes().iter().find(is_it).map(MultiRegionAccessPointRoute::traffic_dial_percentage)
    };
    match (dial(on), dial(off)) {
        (Some(on), Some(off)) => Asked::Answered(LeverAnswer::Seen { on: on == OPEN, off: off != CLOSED }),
        (None, _) | (_, None) => Asked::Answered(LeverAnswer::Trouble(LeverTrouble::Missing)),
    }
}

pub(super) async fn set(
    clients: &Clients,
    region: &Region,
    point: &AccessPointArn,
    on: &(Region, Bucket),
    off: &(Region, Bucket),
) -> Asked {
    let route = |((region, bucket), dial): (&(Region, Bucket), i32)| {
        let route = MultiRegionAccessPointRoute::builder().bucket(bucket.as_str()).region(region.as_str());
        route.traffic_dial_percentage(dial).build()
    };
    let routes: Result<Vec<_>, _> = [(on, OPEN), (off, CLOSED)].into_iter().map(route).collect();
    let Ok(routes) = routes else { return Asked::Answered(LeverAnswer::Trouble(LeverTrouble::Refused)) };
    let call = clients.s3control(region).submit_multi_region_access_point_routes();
    let call = call.account_id(point.account()).mrap(point.as_str()).set_route_updates(Some(routes));
    match call.send().await {
        Ok(_) => Asked::Answered(LeverAnswer::Accepted),
        Err(error) => unset(&error, is_missing(&error)),
    }
}

fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.as_service_error().and_then(ProvideErrorMetadata::code) == Some("NoSuchMultiRegionAccessPoint")
}
