import unittest
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

from .levers import ENDPOINTS
from .scene import client, cloud, get, post, unique


def routing_control(name):
    return f"arn:aws:route53-recovery-control::123456789012:controlpanel/aa/routingcontrol/{name}"


class LeversCase(unittest.TestCase):
    def setUp(self):
        alias, self.east, self.west = (unique(name).replace("-", "") for name in ("point", "east", "west"))
        self.point = f"arn:aws:s3::123456789012:accesspoint/{alias}.mrap"
        self.controls = {region: routing_control(name) for region, name in self.regions().items()}
        traffic = {
            "multi_region_access_point": {"arn": self.point, "buckets": self.regions()},
            "routing_controls": {"controls": self.controls},
        }
        post("levers", regions={"primary": "us-east-1", "standby": "us-west-2"}, traffic=traffic)

    def regions(self):
        return {"us-east-1": self.east, "us-west-2": self.west}

    def assert_refused(self, status, code, call, *arguments, **parameters):
        with self.assertRaises(ClientError) as caught:
            call(*arguments, **parameters)
        response = caught.exception.response
        self.assertEqual((response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]), (status, code))


class RoutingControls(LeversCase):
    def cluster(self, region="us-west-2"):
        return client("route53-recovery-cluster", region)

    def entries(self, east, west):
        states = zip(self.controls.values(), (east, west), strict=True)
        return [{"RoutingControlArn": arn, "RoutingControlState": state} for arn, state in states]

    def set(self, east, west):
        self.cluster().update_routing_control_states(UpdateRoutingControlStateEntries=self.entries(east, west))

    def states(self):
        read = self.cluster().get_routing_control_state
        return [read(RoutingControlArn=arn)["RoutingControlState"] for arn in self.controls.values()]

    def test_they_are_set_together_and_read_back_at_any_of_five_endpoints(self):
        self.assertEqual(self.states(), ["On", "Off"])
        self.set("Off", "On")
        for region in ENDPOINTS:
            read = self.cluster(region).get_routing_control_state(RoutingControlArn=self.controls["us-west-2"])
            self.assertEqual(read["RoutingControlState"], "On", region)
        self.set("Off", "On")
        self.assertEqual(self.states(), ["Off", "On"])

    def test_there_is_no_sixth_endpoint(self):
        read = self.cluster("us-east-2").get_routing_control_state
        self.assert_refused(403, "AccessDeniedException", read, RoutingControlArn=self.controls["us-west-2"])

    def test_a_safety_rule_is_held_against_how_all_would_stand(self):
        post("safety-rules", controls=list(self.controls.values()), at_least=1)
        self.assert_refused(409, "ConflictException", self.set, "Off", "Off")
        self.assertEqual(self.states(), ["On", "Off"])
        self.set("Off", "On")
        self.assertEqual(self.states(), ["Off", "On"])

    def test_what_does_not_exist_changes_nothing(self):
        entries = [
            *self.entries("Off", "On"),
            {"RoutingControlArn": routing_control("none"), "RoutingControlState": "On"},
        ]
        update = self.cluster().update_routing_control_states
        self.assert_refused(404, "ResourceNotFoundException", update, UpdateRoutingControlStateEntries=entries)
        self.assertEqual(self.states(), ["On", "Off"])


class Routes(LeversCase):
    """Without boto3, which puts the account before the host."""

    def request(self, method, body=None, region="us-west-2", point=None):
        path = f"/v20180820/mrap/instances/{point or self.point}/routes"
        scope = f"AWS4-HMAC-SHA256 Credential=test/20260301/{region}/s3/aws4_request, Signature=none"
        request = urllib.request.Request(cloud().endpoint + path, method=method, data=body and body.encode())
        request.add_header("Authorization", scope)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def submit(self, east, west):
        dials = zip(self.regions().items(), (east, west), strict=True)
        routes = "".join(
            f"<Route><Bucket>{bucket}</Bucket><Region>{region}</Region>"
            f"<TrafficDialPercentage>{dial}</TrafficDialPercentage></Route>"
            for (region, bucket), dial in dials
        )
        name = "SubmitMultiRegionAccessPointRoutesRequest"
        return self.request("PATCH", f"<{name}><RouteUpdates>{routes}</RouteUpdates></{name}>")

    def dials(self):
        return get("levers")["routes"][self.point]

    def test_routes_are_set_together_and_read_back(self):
        self.assertEqual(self.submit(0, 100)[0], 200)
        self.assertEqual(self.dials(), {"us-east-1": 0, "us-west-2": 100})
        status, body = self.request("GET", region="ap-southeast-2")
        self.assertEqual(status, 200)
        self.assertIn(f"<Bucket>{self.west}</Bucket><Region>us-west-2</Region><TrafficDialPercentage>100<", body)

    def test_one_route_at_the_least_stays_open_and_each_is_all_or_nothing(self):
        for east, west in ((0, 0), (50, 50)):
            status, body = self.submit(east, west)
            self.assertEqual(status, 400)
            self.assertIn("InvalidRequest", body)
        self.assertEqual(self.dials(), {"us-east-1": 100, "us-west-2": 0})

    def test_neither_another_access_point_nor_a_sixth_endpoint_answers(self):
        other = "arn:aws:s3::123456789012:accesspoint/none.mrap"
        self.assertEqual(self.request("GET", point=other)[0], 404)
        self.assertEqual(self.request("GET", region="us-east-2")[0], 403)
