import unittest

from .scene import control, deploy


class Control(unittest.TestCase):
    def refused(self, status, method, path, body=None):
        answered, answer = control(method, path, body)
        self.assertEqual(answered, status, answer)
        self.assertEqual(list(answer), ["error"])
        return answer["error"]

    def test_an_unknown_path_is_404_and_a_wrong_method_405(self):
        self.refused(404, "GET", "nowhere")
        self.refused(404, "POST", "", {})
        self.refused(405, "DELETE", "requests")

    def test_what_does_not_exist_is_404(self):
        self.refused(404, "GET", "faults/fault-0")
        self.refused(404, "DELETE", "faults/fault-0")
        self.refused(404, "POST", "faults/fault-0/release", {"mode": "continue"})
        self.refused(404, "GET", "logs?function=nobody")
        self.refused(404, "POST", "invoke", {"function": "nobody"})
        self.refused(404, "POST", "kill", {"function": "nobody"})
        for region in ("us-west-2", "atlantis"):
            self.refused(404, "POST", "databases", {"region": region, "id": "nobody"})
        table = {"region": "us-west-2", "name": "nobody", "replicas": [], "multi_region_consistency": "STRONG"}
        self.refused(404, "POST", "tables", table)
        self.refused(404, "POST", "tables", table | {"region": "atlantis"})

    def test_a_malformed_body_is_400_and_says_what_is_wrong(self):
        self.assertIn("not JSON", self.refused(400, "POST", "faults", b"{"))
        self.assertIn("not JSON", self.refused(400, "POST", "faults", b"\xff"))
        self.assertIn("object", self.refused(400, "POST", "faults", [1]))
        self.assertIn("service is missing", self.refused(400, "POST", "faults", {}))
        self.assertIn("function is missing", self.refused(400, "GET", "logs"))

    def test_a_fault_must_make_sense(self):
        for effect in (
            None,
            {"kind": "flood"},
            {"kind": ["cut"]},
            {"kind": "cut"},
            {"kind": "cut", "when": "during"},
            {"kind": "delay", "seconds": -1},
            {"kind": "delay", "seconds": float("inf")},
            {"kind": "error", "status": 200, "code": "Fine"},
            {"kind": "error", "status": True, "code": "Odd"},
        ):
            with self.subTest(effect=effect):
                self.refused(400, "POST", "faults", {"service": "rds", "action": "X", "effect": effect})
        cut = {"kind": "cut", "when": "before"}
        self.refused(400, "POST", "faults", {"service": "rds", "action": "X", "times": 0, "effect": cut})

    def test_a_function_and_a_wire_must_make_sense(self):
        function = {"name": "f", "command": ["/bin/true"], "region": "us-west-2"}
        self.refused(400, "POST", "functions", function | {"command": []})
        self.refused(400, "POST", "functions", function | {"environment": {"A": 1}})
        self.refused(400, "POST", "functions", function | {"concurrency": 0})
        name = deploy("def handle(event, context):\n    return None")
        self.refused(400, "POST", "wires", {"kind": "webhook", "function": name})
        self.refused(400, "POST", "wires", {"kind": "schedule", "function": name, "every_seconds": 0})
        self.refused(404, "POST", "wires", {"kind": "stream", "function": name, "region": "us-west-2", "table": "t"})
        self.refused(400, "DELETE", "wires?kind=webhook")
        self.refused(400, "POST", "alarm-event", {})
