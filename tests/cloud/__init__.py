"""A local AWS for the end-to-end tests: moto over HTTP, with what moto leaves out or gets wrong put right.

Read `cloud.py` for the whole, `gateway.py` for what happens to a request, `functions.py` for what runs a Lambda.
"""

ACCOUNT = "123456789012"
